//! Transfers from Parquet: typed column readers, a batch of rows at a time.
//!
//! *Shape.* Amounts are read from text, decimals or whole numbers, never from floating point, which
//! has no exact cents. Times must say that they are universal time. Row numbers are record numbers.
//! The library that decodes pages may panic on damaged ones, so it runs behind a catch: a damaged
//! file is a problem, not a crash.
//!
//! *Authority.* Apache Parquet format, logical types; through the `parquet` crate.

use std::borrow::Cow;

use bytes::Bytes;
use caudal_model::ProblemCode;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::csv_file::find_columns;
use crate::dates::{day_cell, time_cell};
use crate::fields::Cell;
use crate::guard;
use crate::report::{Fault, Report};
use crate::text::decode_windows_1252;
use crate::transfers::{Intake, LAYOUT, column};
use crate::{OnProgress, Progress, ROWS_PER_PROGRESS, truncated};

/// Rows decoded together: enough to be quick, few enough to stay in the cache.
const BATCH_ROWS: usize = 4096;

/// The most decimals of a 128-bit number.
const SCALE_MAX: i32 = 38;

const COLUMN_COUNT: usize = LAYOUT.columns.len();

/// Whether bytes say that they are Parquet.
pub(crate) fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

/// Something the library could not decode.
#[derive(Debug)]
struct Damage;

/// Runs a call of the library; an error and a panic are the same to us.
fn guarded<T>(call: impl FnOnce() -> parquet::errors::Result<T>) -> Result<T, Damage> {
    // What the call leaves half done is dropped, since reading stops there.
    guard::guarded(call).and_then(Result::ok).ok_or(Damage)
}

/// Reads all rows of a file.
pub(crate) fn read(
    bytes: &[u8],
    intake: &mut Intake,
    report: &mut Report,
    progress: OnProgress<'_>,
) {
    let bytes_total = bytes.len() as u64;
    let shared = Bytes::copy_from_slice(bytes);
    let Ok(file) = guarded(|| SerializedFileReader::new(shared)) else {
        return report.file_problem(truncated("Parquet"));
    };
    let Some(plan) = Plan::new(&file, report) else { return };
    let rows_total = u64::try_from(file.metadata().file_metadata().num_rows()).unwrap_or(0);
    let mut rows = Rows { row: 0, intake, report, says_encoding: true };
    let mut next_call = ROWS_PER_PROGRESS;
    for group_idx in 0..file.num_row_groups() {
        let on_batch = &mut |row: u64| {
            if row < next_call {
                return std::ops::ControlFlow::Continue(());
            }
            next_call = row + ROWS_PER_PROGRESS;
            progress(Progress::new(row, (row, rows_total), bytes_total))
        };
        match read_group(&file, group_idx, &plan, &mut rows, on_batch) {
            Ok(true) => {}
            Ok(false) => return,
            Err(Damage) => return rows.report.row_problem(rows.row + 1, truncated("Parquet")),
        }
    }
    if rows.row == 0 {
        report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
    }
}

/// Where rows go.
struct Rows<'a> {
    /// Records read.
    row: u64,
    intake: &'a mut Intake,
    report: &'a mut Report,
    says_encoding: bool,
}

/// Reads one row group; `false` if it was stopped.
fn read_group(
    file: &SerializedFileReader<Bytes>,
    group_idx: usize,
    plan: &Plan,
    rows: &mut Rows<'_>,
    on_batch: &mut dyn FnMut(u64) -> std::ops::ControlFlow<()>,
) -> Result<bool, Damage> {
    let group = guarded(|| file.get_row_group(group_idx))?;
    let mut left = usize::try_from(group.metadata().num_rows()).map_err(|_| Damage)?;
    let mut columns = plan.open(group.as_ref())?;
    while left > 0 {
        let count = left.min(BATCH_ROWS);
        for column in &mut columns {
            column.fill(count)?;
        }
        for _ in 0..count {
            rows.take(&mut columns);
        }
        left -= count;
        if on_batch(rows.row).is_break() {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Rows<'_> {
    fn take(&mut self, columns: &mut [Column]) {
        self.row += 1;
        let mut next = columns.iter_mut();
        let cells: [Cell<'_>; COLUMN_COUNT] =
            std::array::from_fn(|_| next.next().map_or(Cell::EMPTY, Column::next_cell));
        self.intake.take(self.report, self.row, &cells);
        if self.says_encoding && columns.iter().any(|column| column.met_other_encoding) {
            self.says_encoding = false;
            let fault = Fault::new(ProblemCode::EncodingNotUtf8, "Windows-1252");
            self.report.row_problem(self.row, fault.expected("UTF-8"));
        }
    }
}

/// How the values of a column are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer { is_unsigned: bool },
    Decimal { scale: u8 },
    Day,
    Time { units_per_day: i64, is_universal: bool },
}

/// Which column of the file serves which column of the layout.
struct Plan {
    columns: Vec<Option<(usize, Kind)>>,
}

impl Plan {
    /// `None`, with problems, if a required column is missing or a column cannot be read exactly.
    fn new(file: &SerializedFileReader<Bytes>, report: &mut Report) -> Option<Self> {
        let schema = file.metadata().file_metadata().schema_descr();
        let name_of = |descriptor: &ColumnDescriptor| {
            descriptor.path().parts().first().map(|name| name.trim().to_lowercase())
        };
        let names: Vec<String> =
            schema.columns().iter().map(|leaf| name_of(leaf).unwrap_or_default()).collect();
        let header = names.join(", ");
        let positions = find_columns(&names, &LAYOUT, &mut |column, code| {
            let fault = Fault::new(code, &header).expected(column);
            report.column_problem(None, column, fault);
        })?;
        let mut is_fit = true;
        let mut columns = Vec::with_capacity(COLUMN_COUNT);
        for (column, position) in positions.into_iter().enumerate() {
            let Some(position) = position else {
                columns.push(None);
                continue;
            };
            let descriptor = schema.column(position);
            let kind = kind_of(&descriptor).filter(|&kind| serves(kind, column));
            if kind.is_none() {
                is_fit = false;
                let fault = Fault::new(ProblemCode::ColumnTypeUnfit, &type_name(&descriptor));
                let fault = fault.expected(expected_type(column));
                report.column_problem(None, LAYOUT.columns[column], fault);
            }
            columns.push(kind.map(|kind| (position, kind)));
        }
        is_fit.then_some(Self { columns })
    }

    fn open(&self, group: &dyn RowGroupReader) -> Result<Vec<Column>, Damage> {
        let open = |column: &Option<(usize, Kind)>| match column {
            Some((position, kind)) => {
                let reader = guarded(|| group.get_column_reader(*position))?;
                let schema = group.metadata().schema_descr();
                let is_nullable = schema.column(*position).max_def_level() > 0;
                Column::new(reader, *kind, is_nullable)
            }
            None => Ok(Column::absent()),
        };
        self.columns.iter().map(open).collect()
    }
}

/// How a column can be read exactly, if it can.
fn kind_of(descriptor: &ColumnDescriptor) -> Option<Kind> {
    let is_flat = descriptor.path().parts().len() == 1
        && descriptor.max_rep_level() == 0
        && descriptor.max_def_level() <= 1;
    if !is_flat {
        return None;
    }
    match (descriptor.logical_type_ref(), descriptor.physical_type()) {
        (_, Type::FLOAT | Type::DOUBLE | Type::BOOLEAN | Type::INT96) => None,
        (Some(logical), physical) => kind_of_logical(logical, physical),
        (None, physical) => kind_of_converted(descriptor, physical),
    }
}

fn kind_of_logical(logical: &LogicalType, physical: Type) -> Option<Kind> {
    match (logical, physical) {
        (LogicalType::String | LogicalType::Enum, Type::BYTE_ARRAY) => Some(Kind::Text),
        (LogicalType::Decimal(decimal), _) => decimal_kind(decimal.scale),
        (LogicalType::Date, Type::INT32) => Some(Kind::Day),
        (LogicalType::Timestamp(time), Type::INT64) => {
            let units_per_second = match time.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            };
            let is_universal = time.is_adjusted_to_u_t_c;
            Some(Kind::Time { units_per_day: 86_400 * units_per_second, is_universal })
        }
        (LogicalType::Integer(integer), Type::INT32 | Type::INT64) => {
            Some(Kind::Integer { is_unsigned: !integer.is_signed })
        }
        _ => None,
    }
}

/// The older annotations, which some writers still use alone.
fn kind_of_converted(descriptor: &ColumnDescriptor, physical: Type) -> Option<Kind> {
    let time = |units_per_second: i64| Kind::Time {
        units_per_day: 86_400 * units_per_second,
        is_universal: true,
    };
    Some(match (descriptor.converted_type(), physical) {
        (ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::NONE, Type::BYTE_ARRAY) => {
            Kind::Text
        }
        (ConvertedType::DECIMAL, _) => decimal_kind(descriptor.type_scale())?,
        (ConvertedType::DATE, Type::INT32) => Kind::Day,
        (ConvertedType::TIMESTAMP_MILLIS, Type::INT64) => time(1_000),
        (ConvertedType::TIMESTAMP_MICROS, Type::INT64) => time(1_000_000),
        (
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64,
            Type::INT32 | Type::INT64,
        ) => Kind::Integer { is_unsigned: true },
        (
            ConvertedType::NONE
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64,
            Type::INT32 | Type::INT64,
        ) => Kind::Integer { is_unsigned: false },
        _ => return None,
    })
}

fn decimal_kind(scale: i32) -> Option<Kind> {
    let scale = u8::try_from(scale).ok().filter(|&scale| i32::from(scale) <= SCALE_MAX)?;
    Some(Kind::Decimal { scale })
}

/// Whether a kind of column can hold what a column of the layout holds.
fn serves(kind: Kind, column: usize) -> bool {
    match column {
        column::DATE => matches!(kind, Kind::Text | Kind::Day | Kind::Time { .. }),
        column::AMOUNT | column::RECEIVED_AMOUNT => {
            matches!(kind, Kind::Text | Kind::Decimal { .. } | Kind::Integer { .. })
        }
        column::CURRENCY | column::RECEIVED_CURRENCY => kind == Kind::Text,
        column::ID
        | column::PAYER
        | column::PAYEE
        | column::LABEL
        | column::SEQUENCE
        | column::REVERSES => matches!(kind, Kind::Text | Kind::Integer { .. }),
        _ => false,
    }
}

fn expected_type(column: usize) -> &'static str {
    match column {
        column::DATE => "DATE",
        column::AMOUNT | column::RECEIVED_AMOUNT => "DECIMAL",
        column::SEQUENCE => "INT64",
        _ => "STRING",
    }
}

fn type_name(descriptor: &ColumnDescriptor) -> String {
    if !descriptor.self_type().is_primitive() || descriptor.path().parts().len() > 1 {
        return "GROUP".to_owned();
    }
    match descriptor.converted_type() {
        ConvertedType::NONE => descriptor.physical_type().to_string(),
        converted => format!("{} ({converted})", descriptor.physical_type()),
    }
}

/// The values of one batch, without the nulls.
enum Values {
    Absent,
    Int32(ColumnReaderImpl<parquet::data_type::Int32Type>, Vec<i32>),
    Int64(ColumnReaderImpl<parquet::data_type::Int64Type>, Vec<i64>),
    Bytes(ColumnReaderImpl<parquet::data_type::ByteArrayType>, Vec<ByteArray>),
    Fixed(ColumnReaderImpl<parquet::data_type::FixedLenByteArrayType>, Vec<FixedLenByteArray>),
}

/// A column being read.
struct Column {
    kind: Kind,
    values: Values,
    /// One level a row where the column may have nulls; 1 stands for a value.
    levels: Vec<i16>,
    is_nullable: bool,
    next_row: usize,
    next_value: usize,
    met_other_encoding: bool,
}

impl Column {
    fn absent() -> Self {
        Self {
            kind: Kind::Text,
            values: Values::Absent,
            levels: Vec::new(),
            is_nullable: false,
            next_row: 0,
            next_value: 0,
            met_other_encoding: false,
        }
    }

    fn new(reader: ColumnReader, kind: Kind, is_nullable: bool) -> Result<Self, Damage> {
        let values = match reader {
            ColumnReader::Int32ColumnReader(reader) => Values::Int32(reader, Vec::new()),
            ColumnReader::Int64ColumnReader(reader) => Values::Int64(reader, Vec::new()),
            ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(reader, Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                Values::Fixed(reader, Vec::new())
            }
            _ => return Err(Damage),
        };
        Ok(Self { kind, values, is_nullable, ..Self::absent() })
    }

    /// Decodes the next `count` rows.
    fn fill(&mut self, count: usize) -> Result<(), Damage> {
        self.levels.clear();
        self.next_row = 0;
        self.next_value = 0;
        let levels = &mut self.levels;
        let value_count = match &mut self.values {
            Values::Absent => return Ok(()),
            Values::Int32(reader, values) => fill(reader, values, levels, count)?,
            Values::Int64(reader, values) => fill(reader, values, levels, count)?,
            Values::Bytes(reader, values) => fill(reader, values, levels, count)?,
            Values::Fixed(reader, values) => fill(reader, values, levels, count)?,
        };
        let expected = if self.is_nullable {
            self.levels.iter().filter(|&&level| level > 0).count()
        } else {
            count
        };
        let is_whole = !self.is_nullable || self.levels.len() == count;
        if is_whole && value_count == expected { Ok(()) } else { Err(Damage) }
    }

    /// The cell of the next row of the batch.
    fn next_cell(&mut self) -> Cell<'_> {
        let is_null = self.is_nullable && self.levels[self.next_row] == 0;
        self.next_row += 1;
        if is_null {
            return Cell::EMPTY;
        }
        let idx = self.next_value;
        self.next_value += 1;
        match (&self.values, self.kind) {
            (Values::Absent, _) => Cell::EMPTY,
            (Values::Int32(_, values), Kind::Integer { is_unsigned: true }) => {
                whole(values[idx].cast_unsigned())
            }
            (Values::Int64(_, values), Kind::Integer { is_unsigned: true }) => {
                whole(values[idx].cast_unsigned())
            }
            (Values::Int32(_, values), kind) => number(i64::from(values[idx]), kind),
            (Values::Int64(_, values), kind) => number(values[idx], kind),
            (Values::Bytes(_, values), Kind::Decimal { scale }) => {
                decimal(values[idx].data(), scale)
            }
            (Values::Fixed(_, values), Kind::Decimal { scale }) => {
                decimal(values[idx].data(), scale)
            }
            (Values::Bytes(_, values), _) => text(values[idx].data(), &mut self.met_other_encoding),
            (Values::Fixed(_, values), _) => text(values[idx].data(), &mut self.met_other_encoding),
        }
    }
}

fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    values: &mut Vec<T::T>,
    levels: &mut Vec<i16>,
    count: usize,
) -> Result<usize, Damage> {
    values.clear();
    let (row_count, ..) = guarded(|| reader.read_records(count, Some(levels), None, values))?;
    if row_count == count { Ok(values.len()) } else { Err(Damage) }
}

fn whole<'a>(value: impl Into<i128>) -> Cell<'a> {
    Cell::Number { unscaled: value.into(), scale: 0 }
}

fn number<'a>(value: i64, kind: Kind) -> Cell<'a> {
    match kind {
        Kind::Decimal { scale } => Cell::Number { unscaled: i128::from(value), scale },
        Kind::Day => day_cell(value),
        Kind::Time { units_per_day, is_universal } => time_cell(value, units_per_day, is_universal),
        Kind::Integer { .. } | Kind::Text => whole(value),
    }
}

/// A two's complement number, the most significant byte first.
fn decimal<'a>(bytes: &[u8], scale: u8) -> Cell<'a> {
    let is_negative = bytes.first().is_some_and(|&byte| byte >= 0x80);
    let sign = if is_negative { 0xff } else { 0 };
    let (beyond, kept) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut number = [sign; 16];
    number[16 - kept.len()..].copy_from_slice(kept);
    let unscaled = i128::from_be_bytes(number);
    if beyond.iter().any(|&byte| byte != sign) || (unscaled < 0) != is_negative {
        return Cell::Huge;
    }
    Cell::Number { unscaled, scale }
}

fn text<'a>(bytes: &'a [u8], met_other_encoding: &mut bool) -> Cell<'a> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cell::Text(Cow::Borrowed(text.trim()));
    }
    *met_other_encoding = true;
    Cell::Text(Cow::Owned(decode_windows_1252(bytes).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(decimal(bytes, 2).text(), expected, "{bytes:?}");
    }

    #[test]
    fn decimals_of_every_length_are_read() {
        check(&[], "0.00");
        check(&[0x7f], "1.27");
        check(&[0xff], "-0.01");
        check(&[0x01, 0xd6, 0x82], "1204.50");
        check(&[0; 20], "0.00");
        check(&[0xff; 20], "-0.01");
        check(&[0x7f; 17], "> 2^127");
        check(&[&[0u8; 4][..], &[0xff; 16]].concat(), "> 2^127");
    }
}
