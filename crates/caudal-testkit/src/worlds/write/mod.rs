//! Writers of statement files, one a format, each from the description of its format alone.
//!
//! *Shape.* A sheet in; bytes out, with the row of every line of the sheet.

mod bai2;
mod camt;
mod csv;
mod detail;
mod mt940;
mod norma43;
mod ofx;
mod text;

use super::World;
use super::sheets::Sheet;

/// The format of a statement file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileFormat {
    /// SWIFT MT940.
    Mt940,
    /// ISO 20022 camt.053.001.02.
    Camt,
    /// Delimited text: commas, decimal points, ISO dates, UTF-8.
    CsvEnglish,
    /// Delimited text: semicolons, decimal commas, dd/mm/yyyy, Windows-1252.
    CsvSpanish,
    /// OFX 1, in SGML.
    Ofx,
    /// BAI2, one group for every day with entries.
    Bai2,
    /// Norma 43, in Windows-1252.
    Norma43,
}

impl FileFormat {
    /// Its id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Mt940 => "mt940",
            Self::Camt => "camt",
            Self::CsvEnglish => "csv-en",
            Self::CsvSpanish => "csv-es",
            Self::Ofx => "ofx",
            Self::Bai2 => "bai2",
            Self::Norma43 => "norma43",
        }
    }

    /// What names of its files end in.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Mt940 => "sta",
            Self::Camt => "xml",
            Self::CsvEnglish | Self::CsvSpanish => "csv",
            Self::Ofx => "ofx",
            Self::Bai2 => "bai",
            Self::Norma43 => "n43",
        }
    }

    /// The format in which the same bank exports its statements too.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Mt940 | Self::Norma43 => Self::CsvSpanish,
            Self::Camt | Self::CsvSpanish => Self::Mt940,
            Self::CsvEnglish | Self::Bai2 => Self::Ofx,
            Self::Ofx => Self::CsvEnglish,
        }
    }
}

/// Writes a sheet in its format: the file, and for every line of the sheet its row.
pub(super) fn write_sheet(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    match sheet.format {
        FileFormat::Mt940 => mt940::write(world, sheet),
        FileFormat::Camt => camt::write(world, sheet),
        FileFormat::CsvEnglish => csv::write_english(world, sheet),
        FileFormat::CsvSpanish => csv::write_spanish(world, sheet),
        FileFormat::Ofx => ofx::write(world, sheet),
        FileFormat::Bai2 => bai2::write(world, sheet),
        FileFormat::Norma43 => norma43::write(world, sheet),
    }
}
