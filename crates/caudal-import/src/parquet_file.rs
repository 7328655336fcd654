//! Transfers from Parquet: typed column readers, a batch of rows at a time.
//!
//! *Shape.* Amounts are read from text, decimals or whole numbers, never from floating point, which
//! has no exact cents. Times must say that they are universal time. Row numbers are record numbers.
//! The library that decodes pages may panic on damaged ones, so it runs behind a catch: a damaged
//! file is a problem, not a crash. It decodes in a thread of its own, a few batches ahead of the rows
//! that are taken in.
//!
//! *Authority.* Apache Parquet format, logical types; through the `parquet` crate.

use std::borrow::Cow;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

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
use crate::transfers::{Intake, LAYOUT, ROWS_AT_ONCE, column};
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
    // A damaged file may promise more rows than it has room for.
    intake.table.reserve(usize::try_from(rows_total.min(bytes_total)).unwrap_or(0));
    let mut rows = Rows { row: 0, intake, report, says_encoding: true };
    let mut next_call = ROWS_PER_PROGRESS;
    let read = decoded_ahead(&file, &plan, |batch| {
        rows.take_all(batch);
        if rows.row < next_call {
            return std::ops::ControlFlow::Continue(());
        }
        next_call = rows.row + ROWS_PER_PROGRESS;
        progress(Progress::new(rows.row, (rows.row, rows_total), bytes_total))
    });
    match read {
        Err(Damage) => rows.report.row_problem(rows.row + 1, truncated("Parquet")),
        Ok(true) if rows.row == 0 => report.file_problem(Fault::new(ProblemCode::FileEmpty, "")),
        Ok(_) => {}
    }
}

/// Batches that are decoded ahead of those that were taken in.
const BATCHES_AHEAD: usize = 8;

/// Decodes every row in a thread of its own and hands on batch after batch; `false` if that was
/// stopped.
fn decoded_ahead(
    file: &SerializedFileReader<Bytes>,
    plan: &Plan,
    mut take: impl FnMut(&mut Batch) -> std::ops::ControlFlow<()>,
) -> Result<bool, Damage> {
    let (hand_on, handed) = sync_channel::<Result<Batch, Damage>>(BATCHES_AHEAD);
    // Batches come back to be filled again.
    let (give_back, given_back) = channel::<Batch>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut next = || given_back.try_recv().unwrap_or_default();
            for group_idx in 0..file.num_row_groups() {
                let mut goes_on = |batch| hand_on.send(Ok(batch)).is_ok();
                match decode_group(file, group_idx, plan, (&mut next, &mut goes_on)) {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(Damage) => {
                        // Nobody listens only where it was stopped.
                        let _ = hand_on.send(Err(Damage));
                        return;
                    }
                }
            }
        });
        for batch in handed {
            let mut batch = batch?;
            if take(&mut batch).is_break() {
                return Ok(false);
            }
            let _ = give_back.send(batch);
        }
        Ok(true)
    })
}

/// Decodes one row group; `false` if nobody wants more.
fn decode_group(
    file: &SerializedFileReader<Bytes>,
    group_idx: usize,
    plan: &Plan,
    (next, goes_on): (&mut dyn FnMut() -> Batch, &mut dyn FnMut(Batch) -> bool),
) -> Result<bool, Damage> {
    let group = guarded(|| file.get_row_group(group_idx))?;
    let mut left = usize::try_from(group.metadata().num_rows()).map_err(|_| Damage)?;
    let mut columns = plan.open(group.as_ref())?;
    while left > 0 {
        let count = left.min(BATCH_ROWS);
        let mut batch = next();
        batch.rows = count;
        batch.columns.resize_with(columns.len(), Decoded::default);
        for (column, decoded) in columns.iter_mut().zip(&mut batch.columns) {
            column.fill(count, decoded)?;
        }
        left -= count;
        if !goes_on(batch) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where rows go.
struct Rows<'a> {
    /// Records read.
    row: u64,
    intake: &'a mut Intake,
    report: &'a mut Report,
    says_encoding: bool,
}

impl Rows<'_> {
    fn take_all(&mut self, batch: &Batch) {
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(ROWS_AT_ONCE * COLUMN_COUNT);
        let mut at = vec![Position::default(); COLUMN_COUNT];
        let mut first = 0;
        while first < batch.rows {
            let count = ROWS_AT_ONCE.min(batch.rows - first);
            cells.clear();
            for row in first..first + count {
                let columns = batch.columns.iter().zip(&mut at);
                cells.extend(columns.map(|(column, at)| column.cell(row, at)));
            }
            self.intake.expect(&cells);
            for (row, cells) in (first..).zip(cells.chunks_exact(COLUMN_COUNT)) {
                self.row += 1;
                self.intake.take(self.report, self.row, cells);
                let is_other = |column: &Decoded| column.other_encoding == Some(row);
                if self.says_encoding && batch.columns.iter().any(is_other) {
                    self.says_encoding = false;
                    let fault = Fault::new(ProblemCode::EncodingNotUtf8, "Windows-1252");
                    self.report.row_problem(self.row, fault.expected("UTF-8"));
                }
            }
            first += count;
        }
    }
}

/// Rows that were decoded together.
#[derive(Debug, Default)]
struct Batch {
    rows: usize,
    columns: Vec<Decoded>,
}

/// A column of a batch: its values without the nulls, apart from the library that decoded them.
#[derive(Debug, Default)]
struct Decoded {
    kind: Option<Kind>,
    /// One level a row where the column may have nulls; 1 stands for a value.
    levels: Vec<i16>,
    numbers: Vec<i64>,
    /// Values of bytes, end to end.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The first row of the batch that is not UTF-8; it was decoded as Windows-1252.
    other_encoding: Option<usize>,
}

/// How many values were taken, and where the next of bytes begins.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    values: usize,
    start: usize,
}

impl Decoded {
    fn clear(&mut self, kind: Option<Kind>) {
        self.kind = kind;
        self.levels.clear();
        self.numbers.clear();
        self.bytes.clear();
        self.ends.clear();
        self.other_encoding = None;
    }

    /// The cell of a row; rows are asked in order.
    fn cell(&self, row: usize, at: &mut Position) -> Cell<'_> {
        let is_null = self.levels.get(row) == Some(&0);
        let Some(kind) = self.kind.filter(|_| !is_null) else { return Cell::EMPTY };
        let value = at.values;
        at.values += 1;
        if let Some(&end) = self.ends.get(value) {
            let bytes = &self.bytes[at.start..end];
            at.start = end;
            return match kind {
                Kind::Decimal { scale } => decimal(bytes, scale),
                _ => Cell::Text(Cow::Borrowed(std::str::from_utf8(bytes).unwrap_or("").trim())),
            };
        }
        match (self.numbers[value], kind) {
            (number, Kind::Integer { is_unsigned: true }) => whole(number.cast_unsigned()),
            (number, kind) => self::number(number, kind),
        }
    }

    /// Takes values of bytes: numbers as they are, text as UTF-8.
    fn take_bytes<'v>(&mut self, values: impl Iterator<Item = &'v [u8]>) {
        let is_text = !matches!(self.kind, Some(Kind::Decimal { .. }));
        for (value, bytes) in values.enumerate() {
            if is_text && std::str::from_utf8(bytes).is_err() {
                self.bytes.extend_from_slice(decode_windows_1252(bytes).as_bytes());
                self.other_encoding = self.other_encoding.or_else(|| self.row_of(value));
            } else {
                self.bytes.extend_from_slice(bytes);
            }
            self.ends.push(self.bytes.len());
        }
    }

    /// The row of the batch that has a value.
    fn row_of(&self, value: usize) -> Option<usize> {
        if self.levels.is_empty() {
            return Some(value);
        }
        let filled = self.levels.iter().enumerate().filter(|&(_, &level)| level > 0);
        filled.map(|(row, _)| row).nth(value)
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
    is_nullable: bool,
}

impl Column {
    fn absent() -> Self {
        Self { kind: Kind::Text, values: Values::Absent, is_nullable: false }
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
        Ok(Self { kind, values, is_nullable })
    }

    /// Decodes the next `count` rows.
    fn fill(&mut self, count: usize, decoded: &mut Decoded) -> Result<(), Damage> {
        let is_absent = matches!(self.values, Values::Absent);
        decoded.clear((!is_absent).then_some(self.kind));
        let levels = &mut decoded.levels;
        let value_count = match &mut self.values {
            Values::Absent => return Ok(()),
            Values::Int32(reader, values) => fill(reader, values, levels, count)?,
            Values::Int64(reader, values) => fill(reader, values, levels, count)?,
            Values::Bytes(reader, values) => fill(reader, values, levels, count)?,
            Values::Fixed(reader, values) => fill(reader, values, levels, count)?,
        };
        let filled = |levels: &[i16]| levels.iter().filter(|&&level| level > 0).count();
        let expected = if self.is_nullable { filled(levels) } else { count };
        let is_whole = !self.is_nullable || levels.len() == count;
        if !is_whole || value_count != expected {
            return Err(Damage);
        }
        let is_unsigned = self.kind == Kind::Integer { is_unsigned: true };
        match &self.values {
            Values::Absent => {}
            Values::Int32(_, values) if is_unsigned => {
                decoded.numbers.extend(values.iter().map(|value| i64::from(value.cast_unsigned())));
            }
            Values::Int32(_, values) => {
                decoded.numbers.extend(values.iter().copied().map(i64::from));
            }
            Values::Int64(_, values) => decoded.numbers.extend_from_slice(values),
            Values::Bytes(_, values) => decoded.take_bytes(values.iter().map(ByteArray::data)),
            Values::Fixed(_, values) => decoded.take_bytes(values.iter().map(|value| value.data())),
        }
        Ok(())
    }
}

fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    values: &mut Vec<T::T>,
    levels: &mut Vec<i16>,
    count: usize,
) -> Result<usize, Damage> {
    values.clear();
    levels.clear();
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
