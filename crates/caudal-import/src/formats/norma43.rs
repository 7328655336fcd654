//! Norma 43 (AEB/CSB notebook 43) statements of Spanish banks.
//!
//! *Shape.* Records of 80 characters, fields by position from 1, counted in characters because a
//! letter may take two bytes. Spaces cut from the end are tolerated as long as every number is
//! there. The account number is computed: its two check digits and the IBAN are not in the file.
//! Dates are YYMMDD; where they only make sense the other way round, against the header's period
//! and the entries in it, they are read so and that is reported; where both make sense and differ,
//! that is a problem that blocks.
//!
//! *Authority.* AEB booklet 43 of 2003, as public readers transcribe it; ISO 4217 for the numbers
//! of currencies; ISO 13616 for the IBAN.
//!
//! *Units.* Amounts have two implied decimals, whatever the currency says.

use caudal_model::{
    Balance, Currency, Decimal, Entry, Moment, ProblemCode, ReferenceKind, Statement,
};

use super::mt940::lines::{Line, Lines, day_text, remainder_97, three_pairs, year_of};
use crate::formats::Found;
use crate::report::{Fault, Report};

/// The length of a record.
const RECORD_LENGTH: usize = 80;

/// How many lines of concept an entry may have.
const CONCEPTS_MAX: usize = 5;

/// The longest period of a header in days, for telling the order of its dates.
const PERIOD_DAYS_MAX: i32 = 2 * 366;

/// Codes of records, and the length up to which each is made of numbers that must be there.
const RECORDS: &[(&str, usize)] =
    &[("00", 0), ("11", 50), ("22", 42), ("23", 4), ("24", 21), ("33", 76), ("88", 26)];

/// Whether a text begins with a header of an account, perhaps behind one of the file.
pub(super) fn is_norma43(head: &str) -> bool {
    let mut lines = Lines::new(head).map(|line| line.text).filter(|text| !text.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let header = if first.starts_with("00") { lines.next().unwrap_or_default() } else { first };
    let numbers = field(header, 1, 32);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    header.starts_with("11")
        && numbers.len() == 32
        && is_number(numbers)
        && matches!(field(header, 33, 1), "1" | "2")
        && field(header, 34, 14).len() == 14
        && is_number(field(header, 34, 14))
        && header.trim_end().chars().count() <= RECORD_LENGTH + 2
}

/// Reads all accounts of a text.
pub(super) fn read(text: &str, found: &mut Found, report: &mut Report) {
    let mut reader = Reader {
        text,
        found,
        report,
        account: None,
        open: None,
        record_count: 0,
        is_closed: false,
    };
    let mut lines = Lines::new(text);
    let mut last_row = 1;
    while let Some(line) = lines.next() {
        if !line.text.trim().is_empty() {
            last_row = line.row;
            reader.line(line, &lines);
        }
    }
    let lacks_end = reader.account.is_some();
    reader.end_account();
    if lacks_end || !reader.is_closed {
        let expected = if lacks_end { "33" } else { "88" };
        let fault = Fault::new(ProblemCode::FileTruncated, "");
        report.row_problem(last_row, fault.expected(expected));
    }
}

/// A field by position, from 1, and length, in characters; shorter where the line ends before.
fn field(line: &str, position: usize, length: usize) -> &str {
    let (start, end) = (position - 1, position - 1 + length);
    if line.is_ascii() {
        return line.get(start.min(line.len())..end.min(line.len())).unwrap_or_default();
    }
    let mut offsets = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    let Some(from) = offsets.nth(start) else { return "" };
    let to = if length == 0 { Some(from) } else { offsets.nth(length - 1) };
    line.get(from..to.unwrap_or(line.len())).unwrap_or_default()
}

/// The order in which the numbers of a date stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateOrder {
    YearFirst,
    DayFirst,
}

impl DateOrder {
    fn day(self, text: &str) -> Option<i32> {
        let [first, month, third] = three_pairs(text)?;
        let (year, day) = match self {
            Self::YearFirst => (first, third),
            Self::DayFirst => (third, first),
        };
        Moment::from_date(year_of(year), month, day).map(|moment| moment.day)
    }

    /// The period of a header, if it is one.
    fn period(self, from: &str, to: &str) -> Option<(i32, i32)> {
        let (from, to) = (self.day(from)?, self.day(to)?);
        (from <= to && to - from <= PERIOD_DAYS_MAX).then_some((from, to))
    }
}

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    report: &'r mut Report,
    account: Option<Account>,
    open: Option<OpenEntry>,
    /// Records up to now, without the file's own header.
    record_count: u64,
    /// Whether the file's trailer was read.
    is_closed: bool,
}

/// The account that is being read.
struct Account {
    statement: Statement,
    /// Bank, branch and number, which the trailer repeats.
    key: String,
    order: DateOrder,
    debits: Side,
    credits: Side,
}

#[derive(Clone, Copy, Default)]
struct Side {
    count: u64,
    sum: Decimal,
}

/// The entry to which concepts and equivalences belong.
struct OpenEntry {
    entry: Entry,
    start: usize,
    end: usize,
    concept_count: usize,
}

impl<'t> Reader<'t, '_> {
    fn line(&mut self, line: Line<'t>, following: &Lines<'t>) {
        let line = Line { text: line.text.trim_end(), ..line };
        let code = field(line.text, 1, 2);
        let Some(&(code, needed)) = RECORDS.iter().find(|(known, _)| *known == code) else {
            return self.unexpected(line);
        };
        self.check_length(line, needed);
        self.record_count += u64::from(!matches!(code, "00" | "88"));
        match code {
            "00" => {}
            "11" => self.header(line, following),
            "22" => self.movement(line),
            "23" => self.concept(line),
            "24" => self.equivalence(line),
            "33" => self.trailer(line),
            _ => self.end_of_file(line),
        }
    }

    fn unexpected(&mut self, line: Line<'t>) {
        let fault = Fault::new(ProblemCode::RecordUnexpected, line.text);
        self.report.row_problem(line.row, fault);
    }

    fn raise(&mut self, line: Line<'t>, fault: Fault) {
        self.report.cell_problem(line.row, field(line.text, 1, 2), fault);
    }

    /// Spaces may be cut from the end, numbers may not.
    fn check_length(&mut self, line: Line<'t>, needed: usize) {
        let length = if line.text.is_ascii() { line.text.len() } else { line.text.chars().count() };
        if length < needed || length > RECORD_LENGTH {
            let code = ProblemCode::RecordLengthWrong;
            let expected = RECORD_LENGTH.to_string();
            self.raise(line, Fault::new(code, &length.to_string()).expected(expected));
        }
    }

    fn header(&mut self, line: Line<'t>, following: &Lines<'t>) {
        if self.account.is_some() {
            let fault = Fault::new(ProblemCode::FileTruncated, "").expected("33");
            self.raise(line, fault);
        }
        self.end_account();
        self.is_closed = false;
        let text = line.text;
        let key = field(text, 3, 18);
        let order = self.date_order(line, following);
        let (from, to) = (field(text, 21, 6), field(text, 27, 6));
        let mut statement = Statement { row: line.row, ..Statement::default() };
        statement.account.number = account_number(key);
        statement.account.bank = Some(field(text, 3, 4).to_owned());
        let holder = field(text, 52, 26).trim();
        statement.account.holder = (!holder.is_empty()).then(|| holder.to_owned());
        statement.currency = self.currency(line, field(text, 48, 3));
        let from = self.day(line, order, from);
        statement.period = from.zip(self.day(line, order, to));
        let amount = self.signed(line, 33, 34);
        statement.opening = amount.map(|amount| Balance { amount, day: from, row: line.row });
        let (debits, credits) = (Side::default(), Side::default());
        self.account = Some(Account { statement, key: key.to_owned(), order, debits, credits });
    }

    /// The order of an account's dates: the one in which the header is a period, and its entries
    /// lie in it.
    fn date_order(&mut self, line: Line<'t>, following: &Lines<'t>) -> DateOrder {
        let (from, to) = (field(line.text, 21, 6), field(line.text, 27, 6));
        let year_first = DateOrder::YearFirst.period(from, to);
        let Some(day_first) = DateOrder::DayFirst.period(from, to) else {
            return DateOrder::YearFirst;
        };
        if year_first == Some(day_first) {
            return DateOrder::YearFirst;
        }
        let of_account = following.clone().take_while(|line| {
            let code = line.text.get(..2).unwrap_or_default();
            !matches!(code, "11" | "33" | "88")
        });
        let dates: Vec<&str> = of_account
            .filter(|line| line.text.starts_with("22"))
            .map(|line| field(line.text, 11, 6))
            .take(ENTRIES_LOOKED_AT)
            .collect();
        let lies_within = |order: DateOrder, period: Option<(i32, i32)>| {
            let within = |day| period.is_some_and(|(from, to)| (from..=to).contains(&day));
            period.is_some() && dates.iter().all(|date| order.day(date).is_some_and(within))
        };
        let is_day_first = lies_within(DateOrder::DayFirst, Some(day_first));
        match (lies_within(DateOrder::YearFirst, year_first), is_day_first) {
            (true, true) => {
                let readings = [year_first.map(|period| period.0), Some(day_first.0)];
                let readings: Vec<String> = readings.into_iter().flatten().map(day_text).collect();
                let fault = Fault::new(ProblemCode::DateOrderAmbiguous, from);
                self.raise(line, fault.expected(readings.join(" | ")));
                DateOrder::YearFirst
            }
            (false, true) => {
                let fault = Fault::new(ProblemCode::RecordUnexpected, from);
                self.raise(line, fault.expected(day_text(day_first.0)));
                DateOrder::DayFirst
            }
            _ => DateOrder::YearFirst,
        }
    }

    fn day(&mut self, line: Line<'t>, order: DateOrder, text: &str) -> Option<i32> {
        let day = order.day(text);
        if day.is_none() {
            let is_written = three_pairs(text).is_some();
            let code = if is_written {
                ProblemCode::DateDoesNotExist
            } else {
                ProblemCode::DateUnreadable
            };
            self.raise(line, Fault::new(code, text).expected("250403"));
        }
        day
    }

    fn currency(&mut self, line: Line<'t>, number: &str) -> Option<Currency> {
        let currency = currency_of_number(number);
        if currency.is_none() {
            let code = if number.trim().is_empty() {
                ProblemCode::CurrencyMissing
            } else {
                ProblemCode::CurrencyUnknown
            };
            self.raise(line, Fault::new(code, number).expected("978"));
        }
        currency
    }

    /// An amount of fourteen digits at a position.
    fn amount(&mut self, line: Line<'t>, position: usize) -> Option<Decimal> {
        let text = field(line.text, position, 14);
        let is_number = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
        let minor = is_number.then(|| text.parse::<i128>().ok()).flatten();
        let amount = minor.and_then(|minor| Decimal::new(minor, 2));
        if amount.is_none() {
            let fault = Fault::new(ProblemCode::AmountUnreadable, text);
            self.raise(line, fault.expected("00000000120450"));
        }
        amount
    }

    /// An amount with its mark: 1 takes money out, 2 brings it in.
    fn signed(&mut self, line: Line<'t>, mark: usize, position: usize) -> Option<Decimal> {
        let amount = self.amount(line, position)?;
        match field(line.text, mark, 1) {
            "1" => Some(-amount),
            "2" => Some(amount),
            mark => {
                let fault = Fault::new(ProblemCode::AmountUnreadable, mark);
                self.raise(line, fault.expected("1 | 2"));
                None
            }
        }
    }

    fn movement(&mut self, line: Line<'t>) {
        self.close_entry();
        let text = line.text;
        if self.account.is_none() {
            // Kept, without an account, rather than dropped.
            self.unexpected(line);
            let fault = Fault::new(ProblemCode::AccountMissing, "").expected("11");
            self.raise(line, fault);
            self.account = Some(Account::unnamed(line.row));
        }
        let order = self.account.as_ref().map_or(DateOrder::YearFirst, |account| account.order);
        let mut entry = Entry { row: line.row, ..Entry::default() };
        let booked = self.day(line, order, field(text, 11, 6));
        entry.booked_at = booked.map(|day| Moment { day, nanos: None });
        entry.value_day = self.day(line, order, field(text, 17, 6));
        entry.amount = self.signed(line, 28, 29);
        entry.kind = [field(text, 23, 2), field(text, 25, 3)].join("/");
        let is_cheque = field(text, 23, 2) == "01";
        let kind = if is_cheque { ReferenceKind::Cheque } else { ReferenceKind::Bank };
        entry.refer(kind, field(text, 43, 10));
        entry.refer(ReferenceKind::Customer, field(text, 53, 12));
        entry.refer(ReferenceKind::Customer, field(text, 65, 16));
        entry.references.sort_by_key(|reference| reference.kind);
        let (start, end) = (line.start, line.end());
        self.open = Some(OpenEntry { entry, start, end, concept_count: 0 });
    }

    fn concept(&mut self, line: Line<'t>) {
        let Some(open) = &mut self.open else { return self.unexpected(line) };
        open.concept_count += 1;
        open.end = line.end();
        for position in [5, 43] {
            let text = field(line.text, position, 38).trim();
            let description = &mut open.entry.description;
            if !text.is_empty() {
                description.push_str(if description.is_empty() { "" } else { "\n" });
                description.push_str(text);
            }
        }
        if open.concept_count > CONCEPTS_MAX {
            self.unexpected(line);
        }
    }

    /// What the amount was in the currency in which it was ordered.
    fn equivalence(&mut self, line: Line<'t>) {
        let Some(open) = &mut self.open else { return self.unexpected(line) };
        open.end = line.end();
        let currency = self.currency(line, field(line.text, 5, 3));
        let ordered = self.amount(line, 8).zip(currency);
        if let Some(open) = &mut self.open {
            open.entry.ordered = ordered;
        }
    }

    fn close_entry(&mut self) {
        let Some(OpenEntry { mut entry, start, end, .. }) = self.open.take() else { return };
        self.text.get(start..end).unwrap_or_default().clone_into(&mut entry.raw);
        let Some(account) = &mut self.account else { return };
        if let Some(amount) = entry.amount {
            let side = if amount.is_negative() || is_debit(&entry.raw) {
                &mut account.debits
            } else {
                &mut account.credits
            };
            side.count += 1;
            side.sum = side.sum.checked_add(amount.abs()).unwrap_or(side.sum);
        }
        account.statement.entries.push(entry);
    }

    fn trailer(&mut self, line: Line<'t>) {
        self.close_entry();
        let closing = self.signed(line, 59, 60);
        let debit_sum = self.amount(line, 26);
        let credit_sum = self.amount(line, 45);
        let currency = self.currency(line, field(line.text, 74, 3));
        let Some(mut account) = self.account.take() else { return self.unexpected(line) };
        let key = field(line.text, 3, 18);
        if key != account.key {
            let fault = Fault::new(ProblemCode::RecordUnexpected, key);
            self.raise(line, fault.expected(account.key.as_str()));
        }
        self.check_side(line, field(line.text, 21, 5), debit_sum, account.debits);
        self.check_side(line, field(line.text, 40, 5), credit_sum, account.credits);
        let statement = &mut account.statement;
        if let (Some(known), Some(found)) = (statement.currency, currency)
            && known != found
        {
            let fault = Fault::new(ProblemCode::CurrencyContradicts, found.code());
            self.raise(line, fault.expected(known.code()));
        }
        statement.currency = statement.currency.or(currency);
        let day = statement.period.map(|(_, to)| to);
        statement.closing = closing.map(|amount| Balance { amount, day, row: line.row });
        self.found.statements.push(account.statement);
    }

    fn check_side(&mut self, line: Line<'t>, count: &str, sum: Option<Decimal>, side: Side) {
        if count.parse() != Ok(side.count) {
            let fault = Fault::new(ProblemCode::RecordCountDiffers, count);
            self.raise(line, fault.expected(side.count.to_string()));
        }
        if let Some(sum) = sum.filter(|&sum| sum != side.sum) {
            let fault = Fault::new(ProblemCode::ControlTotalDiffers, &sum.to_string());
            self.raise(line, fault.expected(side.sum.to_string()));
        }
    }

    fn end_of_file(&mut self, line: Line<'t>) {
        if self.account.is_some() {
            let fault = Fault::new(ProblemCode::FileTruncated, "").expected("33");
            self.raise(line, fault);
        }
        self.end_account();
        let count = field(line.text, 21, 6);
        if count.parse() != Ok(self.record_count) {
            let fault = Fault::new(ProblemCode::RecordCountDiffers, count);
            self.raise(line, fault.expected(self.record_count.to_string()));
        }
        self.record_count = 0;
        self.is_closed = true;
    }

    fn end_account(&mut self) {
        self.close_entry();
        let account = self.account.take();
        self.found.statements.extend(account.map(|account| account.statement));
    }
}

/// How many entries tell the order of dates: those of a large account, and no more.
const ENTRIES_LOOKED_AT: usize = 10_000;

/// Whether a movement is marked as one that takes money out, for entries of nothing.
fn is_debit(raw: &str) -> bool {
    field(raw.split(['\r', '\n']).next().unwrap_or_default(), 28, 1) == "1"
}

impl Account {
    fn unnamed(row: u64) -> Self {
        let (debits, credits) = (Side::default(), Side::default());
        let statement = Statement { row, ..Statement::default() };
        Self { statement, key: String::new(), order: DateOrder::YearFirst, debits, credits }
    }
}

/// The IBAN of bank, branch and number, or the eighteen characters as they stand if they are not
/// all digits.
fn account_number(key: &str) -> String {
    let is_number = key.len() == 18 && key.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return key.trim().to_owned();
    }
    let (office, number) = key.split_at(8);
    let first = check_digit(&["00", office].concat());
    let second = check_digit(number);
    let bban = format!("{office}{first}{second}{number}");
    let remainder = remainder_97(bban.bytes().chain(*b"ES00").collect::<Vec<u8>>().iter());
    format!("ES{:02}{bban}", 98 - remainder)
}

/// The check digit of ten digits in a Spanish account number.
fn check_digit(digits: &str) -> u32 {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let weighed = digits.bytes().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight);
    match 11 - weighed.sum::<u32>() % 11 {
        10 => 1,
        11 => 0,
        digit => digit,
    }
}

/// The currency with a number of ISO 4217.
fn currency_of_number(number: &str) -> Option<Currency> {
    let known = CURRENCY_NUMBERS.split_ascii_whitespace();
    let pair = known.filter_map(|pair| pair.split_once('='));
    let code = pair.filter(|(known, _)| *known == number).map(|(_, code)| code).next()?;
    Currency::from_code(code)
}

/// ISO 4217 numbers, the ones of Spanish statements first.
const CURRENCY_NUMBERS: &str = "978=EUR 840=USD 826=GBP 756=CHF 392=JPY 484=MXN 724=ESP 504=MAD \
    008=ALL 012=DZD 032=ARS 036=AUD 044=BSD 048=BHD 050=BDT 051=AMD 052=BBD 060=BMD 064=BTN \
    068=BOB 072=BWP 084=BZD 090=SBD 096=BND 104=MMK 108=BIF 116=KHR 124=CAD 132=CVE 136=KYD \
    144=LKR 152=CLP 156=CNY 170=COP 174=KMF 188=CRC 192=CUP 203=CZK 208=DKK 214=DOP 222=SVC \
    230=ETB 232=ERN 238=FKP 242=FJD 250=FRF 262=DJF 270=GMD 276=DEM 292=GIP 320=GTQ 324=GNF \
    328=GYD 332=HTG 340=HNL 344=HKD 348=HUF 352=ISK 356=INR 360=IDR 364=IRR 368=IQD 376=ILS \
    388=JMD 398=KZT 400=JOD 404=KES 408=KPW 410=KRW 414=KWD 417=KGS 418=LAK 422=LBP 426=LSL \
    430=LRD 434=LYD 446=MOP 454=MWK 458=MYR 462=MVR 480=MUR 496=MNT 498=MDL 512=OMR 516=NAD \
    524=NPR 532=XCG 533=AWG 548=VUV 554=NZD 558=NIO 566=NGN 578=NOK 586=PKR 590=PAB 598=PGK \
    600=PYG 604=PEN 608=PHP 634=QAR 643=RUB 646=RWF 654=SHP 682=SAR 690=SCR 702=SGD 704=VND \
    706=SOS 710=ZAR 728=SSP 748=SZL 752=SEK 760=SYP 764=THB 776=TOP 780=TTD 784=AED 788=TND \
    800=UGX 807=MKD 818=EGP 834=TZS 858=UYU 860=UZS 882=WST 886=YER 901=TWD 924=ZWG 925=SLE \
    926=VED 928=VES 929=MRU 930=STN 933=BYN 934=TMT 936=GHS 937=VEF 938=SDG 941=RSD 943=MZN \
    944=AZN 946=RON 949=TRY 950=XAF 951=XCD 952=XOF 953=XPF 967=ZMW 968=SRD 969=MGA 971=AFN \
    972=TJS 973=AOA 975=BGN 976=CDF 977=BAM 980=UAH 981=GEL 985=PLN 986=BRL 191=HRK";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_get_their_check_digits() {
        assert_eq!(account_number("001203450000067890"), "ES0700120345030000067890");
        assert_eq!(account_number("00120345000006789X"), "00120345000006789X");
    }

    #[test]
    fn fields_are_counted_in_characters() {
        assert_eq!(field("23ñabc", 3, 2), "ña");
        assert_eq!(field("23ñabc", 3, 9), "ñabc");
        assert_eq!(field("23abc", 3, 2), "ab");
        assert_eq!(field("23abc", 6, 2), "");
        assert_eq!(field("ñ", 4, 2), "");
    }

    #[test]
    fn every_listed_currency_is_known() {
        for pair in CURRENCY_NUMBERS.split_ascii_whitespace() {
            let (number, code) = pair.split_once('=').expect("a pair");
            assert!(number.len() == 3 && Currency::from_code(code).is_some(), "{pair}");
            assert_eq!(currency_of_number(number).map(Currency::code), Some(code));
        }
    }
}
