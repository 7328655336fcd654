//! Parquet: every type that is read exactly, those that are refused, and damaged files.

use std::sync::Arc;

use caudal_model::TransferTable;
use parquet::basic::Compression;
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type, Int64Type,
};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::{HEADER, lines, read, rows};

/// Values of one column, `None` for a null.
pub(crate) enum Values {
    Text(Vec<Option<&'static str>>),
    Int32(Vec<Option<i32>>),
    Int64(Vec<Option<i64>>),
    Fixed(Vec<Option<Vec<u8>>>),
    Double(Vec<Option<f64>>),
}

/// A column: its type and repetition as the schema language has them, and its values.
pub(crate) type Column = (&'static str, Values);

pub(crate) fn texts(values: &[&'static str]) -> Values {
    Values::Text(values.iter().copied().map(Some).collect())
}

fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>,
    values: Vec<Option<T::T>>,
) {
    let mut column = group.next_column().expect("memory takes it").expect("a column is left");
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).expect("fits its type");
    column.close().expect("memory takes it");
}

/// Writes a file of one row group for each list of columns.
pub(crate) fn write(groups: Vec<Vec<Column>>, properties: WriterProperties) -> Vec<u8> {
    let fields: String = groups[0].iter().map(|(field, _)| format!("{field};")).collect();
    let schema = parse_message_type(&format!("message m {{ {fields} }}")).expect("a schema");
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))
        .expect("memory takes it");
    for columns in groups {
        let mut group = writer.next_row_group().expect("memory takes it");
        for (_, values) in columns {
            match values {
                Values::Text(values) => {
                    let values = values.into_iter().map(|value| value.map(ByteArray::from));
                    write_column::<ByteArrayType>(&mut group, values.collect());
                }
                Values::Int32(values) => write_column::<Int32Type>(&mut group, values),
                Values::Int64(values) => write_column::<Int64Type>(&mut group, values),
                Values::Double(values) => write_column::<DoubleType>(&mut group, values),
                Values::Fixed(values) => {
                    let values = values
                        .into_iter()
                        .map(|v| v.map(|v| FixedLenByteArray::from(ByteArray::from(v))));
                    write_column::<FixedLenByteArrayType>(&mut group, values.collect());
                }
            }
        }
        group.close().expect("memory takes it");
    }
    writer.close().expect("memory takes it");
    bytes
}

/// The six required columns, two rows, all as text.
pub(crate) fn plain_columns() -> Vec<Column> {
    vec![
        ("optional binary ID (STRING)", texts(&["t1", "t2"])),
        ("optional binary date (STRING)", texts(&["2025-04-03", "2025-04-04"])),
        ("optional binary payer (STRING)", texts(&["A", "Muñoz"])),
        ("optional binary payee (STRING)", texts(&["B", "C"])),
        ("optional binary amount (STRING)", texts(&["1204.50", "7"])),
        ("optional binary currency (STRING)", texts(&["USD", "USD"])),
    ]
}

/// The same rows as CSV, but for their row numbers.
fn plain_rows() -> Vec<String> {
    let csv = format!("{HEADER}\nt1,2025-04-03,A,B,1204.50,USD\nt2,2025-04-04,Muñoz,C,7,USD\n");
    in_records(&read(csv.as_bytes()).value)
}

fn in_records(table: &TransferTable) -> Vec<String> {
    let numbered = |(n, row): (usize, String)| {
        format!("{} record {}", row.split(", source").next().unwrap_or_default(), n + 1)
    };
    rows(table).into_iter().enumerate().map(numbered).collect()
}

fn properties() -> WriterProperties {
    WriterProperties::builder().set_created_by("caudal test".to_owned()).build()
}

/// Replaces a column of the plain file; reads it with the problems and row count as given.
fn check_column(position: usize, column: Column, row_count: usize, expected: &[&str]) {
    let mut columns = plain_columns();
    let name = column.0;
    if position < columns.len() {
        columns[position] = column;
    } else {
        columns.push(column);
    }
    let read = read(&write(vec![columns], properties()));
    assert_eq!(lines(&read.problems), expected, "{name}");
    assert_eq!(read.value.len(), row_count, "{name}");
    if row_count == 2 && position < 6 {
        assert_eq!(in_records(&read.value), plain_rows(), "{name}");
    }
}

#[test]
fn text_columns_are_read_in_every_encoding() {
    let versions = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
    let codecs = [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::LZ4_RAW];
    for version in versions {
        for codec in codecs {
            for has_dictionary in [false, true] {
                let properties = WriterProperties::builder()
                    .set_writer_version(version)
                    .set_compression(codec)
                    .set_dictionary_enabled(has_dictionary)
                    .build();
                let read = read(&write(vec![plain_columns()], properties));
                assert_eq!(lines(&read.problems), [""; 0]);
                assert_eq!(in_records(&read.value), plain_rows());
            }
        }
    }
}

#[test]
fn dates_are_read_from_every_exact_type() {
    // 2025-04-03 is day 20,181.
    let days = Values::Int32(vec![Some(20_181), Some(20_182)]);
    check_column(1, ("required int32 date (DATE)", days), 2, &[]);
    let midnights = |unit: i64| Values::Int64(vec![Some(20_181 * unit), Some(20_182 * unit)]);
    for (field, per_second) in [
        ("optional int64 date (TIMESTAMP(MILLIS,false))", 1_000),
        ("optional int64 date (TIMESTAMP(MICROS,false))", 1_000_000),
        ("optional int64 date (TIMESTAMP(NANOS,false))", 1_000_000_000),
    ] {
        check_column(1, (field, midnights(86_400 * per_second)), 2, &[]);
    }
    let local = Values::Int64(vec![Some(20_181 * 86_400_000), Some(20_181 * 86_400_000 + 1500)]);
    check_column(
        1,
        ("required int64 date (TIMESTAMP(MILLIS,false))", local),
        1,
        &["2 date date-unreadable [2025-04-03T00:00:01.5] [2025-04-03T00:00:01.5Z]"],
    );
    let universal = Values::Int64(vec![Some(-1), Some(i64::MAX)]);
    let mut columns = plain_columns();
    columns[1] = ("optional int64 date (TIMESTAMP(MICROS,true))", universal);
    let read = read(&write(vec![columns], properties()));
    assert_eq!(read.value.get(0).moment.to_string(), "1969-12-31T23:59:59.999999Z");
    assert_eq!(
        lines(&read.problems),
        ["2 date date-does-not-exist [1970-01-01 +106751991 d] [2025-04-03]",]
    );
}

#[test]
fn amounts_are_read_from_every_exact_type() {
    let int32 = || Values::Int32(vec![Some(120_450), Some(700)]);
    check_column(4, ("required int32 amount (DECIMAL(9,2))", int32()), 2, &[]);
    let int64 = Values::Int64(vec![Some(12_045_000), Some(70_000)]);
    check_column(4, ("optional int64 amount (DECIMAL(18,4))", int64), 2, &[]);
    let bytes = |number: i128| Some(number.to_be_bytes().to_vec());
    let fixed = Values::Fixed(vec![bytes(120_450), bytes(700)]);
    check_column(4, ("optional fixed_len_byte_array(16) amount (DECIMAL(38,2))", fixed), 2, &[]);
    let fixed = Values::Fixed(vec![bytes(-120_450), bytes(0)]);
    check_column(
        4,
        ("optional fixed_len_byte_array(16) amount (DECIMAL(38,3))", fixed),
        0,
        &["1 amount amount-negative [-120.450] [120.450]", "2 amount amount-zero [0.00] [-]"],
    );
    let whole = Values::Int64(vec![Some(5), None]);
    check_column(
        4,
        ("optional int64 amount", whole),
        1,
        &["2 amount amount-unreadable [] [1204.50]"],
    );
    let mut columns = plain_columns();
    let unsigned = Values::Int64(vec![Some(-1), Some(1)]);
    columns[4] = ("required int64 amount (INTEGER(64,false))", unsigned);
    let read = read(&write(vec![columns], properties()));
    assert_eq!(read.value.money(0).to_decimal(), "18446744073709551615.00");
}

#[test]
fn numbers_serve_as_texts_and_sequences() {
    let mut columns = plain_columns();
    columns[0] = ("required int64 id", Values::Int64(vec![Some(101), Some(102)]));
    columns[2] = ("required int32 payer", Values::Int32(vec![Some(-7), Some(8)]));
    columns.push(("optional int32 sequence", Values::Int32(vec![Some(3), None])));
    columns.push(("optional binary label (STRING)", Values::Text(vec![None, Some("V")])));
    columns.push(("optional binary note (STRING)", texts(&["x", "y"])));
    let read = read(&write(vec![columns], properties()));
    assert_eq!(lines(&read.problems), [""; 0]);
    let (first, second) = (read.value.get(0), read.value.get(1));
    assert_eq!((first.id, first.payer, first.sequence, first.label), ("101", "-7", Some(3), None));
    assert_eq!((second.id, second.sequence, second.label), ("102", None, Some("V")));
    assert_eq!(second.source.row, 2);
}

#[test]
fn what_cannot_be_read_exactly_is_refused() {
    let doubles = Values::Double(vec![Some(0.1), Some(0.2)]);
    check_column(
        4,
        ("required double amount", doubles),
        0,
        &["- amount column-type-unfit [DOUBLE] [DECIMAL]"],
    );
    let numbers = Values::Int32(vec![Some(1), Some(2)]);
    check_column(
        1,
        ("required int32 date", numbers),
        0,
        &["- date column-type-unfit [INT32] [DATE]"],
    );
    let days = Values::Int32(vec![Some(1), Some(2)]);
    check_column(
        0,
        ("required int32 id (DATE)", days),
        0,
        &["- id column-type-unfit [INT32 (DATE)] [STRING]"],
    );
    check_column(
        5,
        ("optional binary money (STRING)", texts(&["USD", "USD"])),
        0,
        &["- currency column-missing [id, date, payer, payee, amount, money] [currency]"],
    );
}

#[test]
fn row_groups_count_on() {
    let mut second = plain_columns();
    second[0].1 = texts(&["t3", "t1"]);
    let read = read(&write(vec![plain_columns(), second], properties()));
    assert_eq!(read.value.get(2).source.row, 3);
    assert_eq!(lines(&read.problems), ["4 id id-duplicate [t1] [1]"]);
}

#[test]
fn a_file_cut_anywhere_is_damaged() {
    let bytes = write(vec![plain_columns()], properties());
    for end in 4..bytes.len() {
        let read = read(&bytes[..end]);
        assert_eq!(lines(&read.problems), ["- - file-truncated [Parquet] [-]"], "cut at {end}");
        assert!(read.value.is_empty());
    }
    let none: Vec<Column> =
        plain_columns().into_iter().map(|(field, _)| (field, Values::Text(Vec::new()))).collect();
    let read = read(&write(vec![none], properties()));
    assert_eq!(lines(&read.problems), ["- - file-empty [] [-]"]);
}
