//! Writes the seeded ledger as a file of transfers: delimited text, or Parquet.
//!
//! *Shape.* Both hold the same rows in the same order. Parquet is written by row groups of a million
//! rows; nothing else is kept.

use std::error::Error;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use caudal_model::Moment;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::rows::{Row, rows, write_name};
use crate::workload::first_day;

/// What stops a file from being written.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Rows of one row group.
const GROUP_ROWS: usize = 1_000_000;

/// Rows handed to a column's writer at a time.
const BATCH_ROWS: usize = 8192;

/// Bytes of a dictionary of names; beyond them a column chunk goes on without one.
const DICTIONARY_BYTES: usize = 4 << 20;

const SCHEMA: &str = "message transfers {
    required binary id (STRING);
    required int32 date (DATE);
    required binary payer (STRING);
    required binary payee (STRING);
    required int64 amount (DECIMAL(18, 2));
    required binary currency (STRING);
}";

/// Writes delimited text.
pub(crate) fn write_csv(transfers: u64, seed: u64, out: impl Write) -> Outcome {
    let mut out = BufWriter::new(out);
    out.write_all(b"id,date,payer,payee,amount,currency\n")?;
    let first = first_day();
    let mut line = Vec::new();
    for row in rows(transfers, seed) {
        line.clear();
        row.write_id(&mut line);
        write!(line, ",{},", Moment { day: first.day + row.day, nanos: None })?;
        write_name(row.payer, &mut line);
        line.push(b',');
        write_name(row.payee, &mut line);
        writeln!(line, ",{}.{:02},USD", row.minor / 100, row.minor % 100)?;
        out.write_all(&line)?;
    }
    Ok(out.flush()?)
}

/// Writes Parquet.
pub(crate) fn write_parquet(transfers: u64, seed: u64, out: impl Write + Send) -> Outcome {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties()?))?;
    let mut rows = rows(transfers, seed);
    let mut group = Vec::with_capacity(GROUP_ROWS);
    loop {
        group.clear();
        group.extend(rows.by_ref().take(GROUP_ROWS));
        if group.is_empty() {
            break;
        }
        write_group(&group, writer.next_row_group()?)?;
    }
    writer.close()?;
    Ok(())
}

/// Ids are unique, so a dictionary of them would only cost.
fn properties() -> Result<WriterProperties, Box<dyn Error>> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_column_dictionary_enabled(ColumnPath::from("id"), false)
        .set_column_dictionary_enabled(ColumnPath::from("amount"), false)
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    Ok(properties.build())
}

fn write_group<W: Write + Send>(
    rows: &[Row],
    mut group: SerializedRowGroupWriter<'_, W>,
) -> Outcome {
    let first = first_day().day;
    write_texts(&mut group, rows, Row::write_id)?;
    // Parquet counts days from 1970-01-01, as moments do.
    write_column::<Int32Type, _>(&mut group, rows, |some, days| {
        days.extend(some.iter().map(|row| first + row.day));
    })?;
    write_texts(&mut group, rows, |row, text| write_name(row.payer, text))?;
    write_texts(&mut group, rows, |row, text| write_name(row.payee, text))?;
    write_column::<Int64Type, _>(&mut group, rows, |some, amounts| {
        amounts.extend(some.iter().map(|row| row.minor.cast_signed()));
    })?;
    write_texts(&mut group, rows, |_, text| text.extend_from_slice(b"USD"))?;
    group.close()?;
    Ok(())
}

/// A column of texts; those of a batch lie in one buffer.
fn write_texts<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[Row],
    write_text: impl Fn(&Row, &mut Vec<u8>),
) -> Outcome {
    write_column::<ByteArrayType, _>(group, rows, |some, texts| {
        let (mut buffer, mut ends) = (Vec::new(), Vec::with_capacity(some.len()));
        for row in some {
            write_text(row, &mut buffer);
            ends.push(buffer.len());
        }
        let buffer = ByteArray::from(buffer);
        let mut start = 0;
        for end in ends {
            texts.push(buffer.slice(start, end - start));
            start = end;
        }
    })
}

fn write_column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[Row],
    fill: impl Fn(&[Row], &mut Vec<T::T>),
) -> Outcome {
    let mut column = group.next_column()?.ok_or("the schema has a column less")?;
    let mut values = Vec::with_capacity(BATCH_ROWS);
    for some in rows.chunks(BATCH_ROWS) {
        values.clear();
        fill(some, &mut values);
        column.typed::<T>().write_batch(&values, None, None)?;
    }
    column.close()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn shown(name: &str, bytes: &[u8]) -> Vec<String> {
        let read = caudal_import::read_transfers(name, bytes, &mut |_| ControlFlow::Continue(()));
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let show = |t: caudal_model::Transfer<'_>| {
            format!("{} {} {} {} {:?}", t.id, t.moment, t.payer, t.payee, t.thing)
        };
        read.value.iter().map(show).collect()
    }

    #[test]
    fn text_and_parquet_hold_the_same_rows_in_the_same_order() {
        let (mut text, mut parquet) = (Vec::new(), Vec::new());
        write_csv(3_000, 5, &mut text).expect("memory takes it");
        write_parquet(3_000, 5, &mut parquet).expect("memory takes it");
        let rows = shown("t.csv", &text);
        assert_eq!(rows.len(), 3_000);
        assert_eq!(rows, shown("t.parquet", &parquet));
    }
}
