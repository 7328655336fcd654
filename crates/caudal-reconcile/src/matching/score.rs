//! What speaks for two sides being one transfer, and what against: one table of points.

use caudal_model::{Currency, ReferenceKind};

use super::names::Overlap;
use super::rows::{Row, Rows};
use super::{MatchOptions, RateBand};

/// A reference that more sides have is a word, such as `RENT`, and says nothing.
pub(super) const REFERENCE_USES_MAX: u32 = 64;

macro_rules! reasons {
    ($( $(#[doc = $doc:literal])+ $name:ident = $points:literal; )+) => {
        /// What a pair has for it or against it. The score is the sum of the points; ten are about a
        /// factor of ten in the odds. They were set by judgement and measured on made-up worlds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason { $( $(#[doc = $doc])+ $name, )+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];

            /// What it adds to the score.
            pub const fn points(self) -> i32 {
                match self { $( Self::$name => $points, )+ }
            }
        }
    };
}

reasons! {
    /// A person said so.
    Decided = 0;
    /// One end-to-end reference, which no third side has.
    SameEndToEnd = 60;
    /// One end-to-end reference that others have too, such as that of a standing order.
    SameEndToEndRepeated = 20;
    /// Both have end-to-end references, and none in common. Little: one may be the bank's.
    OtherEndToEnd = -12;
    /// Another reference in common, which no third side has.
    SameReference = 25;
    /// Another reference in common that others have too.
    SameReferenceRepeated = 10;
    /// The debit names the account of the credit.
    DebitNamesAccount = 40;
    /// The credit names the account of the debit.
    CreditNamesAccount = 40;
    /// A side names an account that is not known; it may be a second number of a known one.
    NamesUnknownAccount = -50;
    /// One amount, which hardly another side has.
    AmountRare = 20;
    /// One amount, a round one, which hardly another side has.
    AmountRound = 14;
    /// One amount, which others have too.
    AmountCommon = 6;
    /// The amounts differ by charges that a row states.
    AmountLessCharges = 18;
    /// The amounts differ by what may be a fee.
    AmountLessFee = 4;
    /// Two currencies, and a row states the amount of the other.
    AmountAsOrdered = 20;
    /// Two currencies, at a plausible rate.
    RateInBand = 14;
    /// Two currencies, and nothing to judge the rate by.
    RateUnknown = 0;
    /// Booked on one day, or with only a weekend between.
    DaySame = 10;
    /// The credit one working day later.
    DayNext = 8;
    /// Two working days later.
    DaysTwo = 5;
    /// Three working days later.
    DaysThree = 3;
    /// More working days later.
    DaysMore = 0;
    /// The credit one working day earlier.
    DayBefore = 3;
    /// The credit earlier than that.
    DaysBefore = -4;
    /// One value day.
    SameValueDay = 4;
    /// The debit names the holder of the credit's account.
    DebitNamesHolder = 15;
    /// The debit names a part of that name.
    DebitNamesPart = 3;
    /// The debit names someone else.
    DebitNamesOther = -8;
    /// The credit names the holder of the debit's account.
    CreditNamesHolder = 15;
    /// The credit names a part of that name.
    CreditNamesPart = 3;
    /// The credit names someone else.
    CreditNamesOther = -8;
    /// The descriptions are the same.
    SameDescription = 8;
    /// The descriptions have a long number in common.
    SharedNumber = 10;
}

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReasonSet(u64);

impl ReasonSet {
    /// Whether a reason is in it.
    pub fn contains(self, reason: Reason) -> bool {
        self.0 >> (reason as u32) & 1 == 1
    }

    /// The reasons in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |reason| self.contains(*reason))
    }

    /// The sum of their points.
    pub fn score(self) -> i32 {
        self.iter().map(Reason::points).sum()
    }

    pub(super) fn add(&mut self, reason: Reason) {
        self.0 |= 1 << (reason as u32);
    }
}

/// Judges pairs of rows.
pub(super) struct Judge<'r> {
    pub(super) rows: &'r Rows,
    pub(super) options: &'r MatchOptions,
}

impl Judge<'_> {
    /// What speaks for a pair; `None` if it cannot be one.
    pub(super) fn reasons(&self, debit: &Row, credit: &Row) -> Option<ReasonSet> {
        let names_other =
            |row: &Row, other: &Row| row.counterparty.is_some_and(|a| a != other.account);
        if debit.account == credit.account
            || names_other(debit, credit)
            || names_other(credit, debit)
        {
            return None;
        }
        let mut reasons = ReasonSet::default();
        reasons.add(self.day(debit, credit)?);
        let amount = self.amount(debit, credit)?;
        self.references(debit, credit, &mut reasons);
        let is_named = name_accounts(debit, credit, &mut reasons);
        let is_referred = reasons.contains(Reason::SameEndToEnd)
            || reasons.contains(Reason::SameEndToEndRepeated)
            || reasons.contains(Reason::SameReference);
        if amount == Reason::RateUnknown && !is_named && !is_referred {
            return None;
        }
        reasons.add(amount);
        if debit.value_day.is_some() && debit.value_day == credit.value_day {
            reasons.add(Reason::SameValueDay);
        }
        self.names(debit, credit, &mut reasons);
        self.descriptions(debit, credit, &mut reasons);
        Some(reasons)
    }

    fn day(&self, debit: &Row, credit: &Row) -> Option<Reason> {
        let lag = i64::from(credit.day) - i64::from(debit.day);
        let window = -i64::from(self.options.days_before)..=i64::from(self.options.days_after);
        if !window.contains(&lag) {
            return None;
        }
        Some(match working_days(credit.day) - working_days(debit.day) {
            0 => Reason::DaySame,
            1 => Reason::DayNext,
            2 => Reason::DaysTwo,
            3 => Reason::DaysThree,
            -1 => Reason::DayBefore,
            later if later > 0 => Reason::DaysMore,
            _ => Reason::DaysBefore,
        })
    }

    fn amount(&self, debit: &Row, credit: &Row) -> Option<Reason> {
        if debit.currency != credit.currency {
            return self.converted(debit, credit);
        }
        let fee = debit.minor - credit.minor;
        let charges = debit.charges.checked_add(credit.charges);
        if fee == 0 {
            Some(self.equal(debit))
        } else if fee > 0
            && [Some(debit.charges), Some(credit.charges), charges].contains(&Some(fee))
        {
            Some(Reason::AmountLessCharges)
        } else {
            self.is_fee(debit.minor, credit.minor, debit.currency).then_some(Reason::AmountLessFee)
        }
    }

    /// How telling an amount is that both sides have.
    fn equal(&self, debit: &Row) -> Reason {
        let exponent = u32::from(debit.currency.exponent());
        let is_round = debit.minor % 10i128.pow((exponent + 1).clamp(3, 30)) == 0;
        match self.rows.amount_uses(debit) {
            0..=4 if is_round => Reason::AmountRound,
            0..=4 => Reason::AmountRare,
            _ => Reason::AmountCommon,
        }
    }

    /// Whether what is missing between two amounts may be a fee.
    fn is_fee(&self, paid: i128, received: i128, currency: Currency) -> bool {
        let fee = paid - received;
        let units = 10i128.pow(u32::from(currency.exponent()).min(30));
        let share = |ppm: u32| {
            paid.checked_mul(i128::from(ppm)).map_or(paid / 1_000_000, |parts| parts / 1_000_000)
        };
        let fixed = units.saturating_mul(i128::from(self.options.fee_units));
        let limit = share(self.options.fee_ppm).max(fixed);
        fee > 0
            && fee <= limit.min(share(self.options.fee_ppm_max).max(share(self.options.fee_ppm)))
    }

    fn converted(&self, debit: &Row, credit: &Row) -> Option<Reason> {
        let own = |row: &Row| Some((row.minor, row.currency));
        let is_same_order = debit.ordered.is_some() && debit.ordered == credit.ordered;
        if debit.ordered == own(credit) || credit.ordered == own(debit) || is_same_order {
            return Some(Reason::AmountAsOrdered);
        }
        if let Some((minor, currency)) = debit.ordered.filter(|(_, c)| *c == credit.currency) {
            let charges = minor.checked_sub(credit.minor);
            let is_stated = credit.charges > 0 && charges == Some(credit.charges);
            let is_fee = is_stated || self.is_fee(minor, credit.minor, currency);
            return is_fee.then_some(Reason::AmountAsOrdered);
        }
        let bands = self.options.bands.iter().filter_map(|band| {
            let is_forward = (band.paid, band.received) == (debit.currency, credit.currency);
            let is_backward = (band.received, band.paid) == (debit.currency, credit.currency);
            if is_forward {
                Some(is_in_band(band, debit, credit))
            } else {
                is_backward.then(|| is_in_band(band, credit, debit))
            }
        });
        match bands.reduce(|one, other| one || other) {
            Some(true) => Some(Reason::RateInBand),
            Some(false) => None,
            None => Some(Reason::RateUnknown),
        }
    }

    fn references(&self, debit: &Row, credit: &Row, reasons: &mut ReasonSet) {
        let is_end_to_end = |kind| kind == ReferenceKind::EndToEnd;
        let has_any = |row: &Row| row.references.iter().any(|(kind, _)| is_end_to_end(*kind));
        let mut is_common = false;
        for &(kind, text) in &debit.references {
            for &(other, _) in credit.references.iter().filter(|(_, other)| *other == text) {
                let is_both = is_end_to_end(kind) && is_end_to_end(other);
                is_common |= is_both;
                match (is_both, self.rows.reference_uses[text as usize]) {
                    (true, 0..=2) => reasons.add(Reason::SameEndToEnd),
                    (true, ..=REFERENCE_USES_MAX) => reasons.add(Reason::SameEndToEndRepeated),
                    (false, 0..=2) => reasons.add(Reason::SameReference),
                    (false, ..=REFERENCE_USES_MAX) => reasons.add(Reason::SameReferenceRepeated),
                    _ => {}
                }
            }
        }
        if !is_common && has_any(debit) && has_any(credit) {
            reasons.add(Reason::OtherEndToEnd);
        }
    }

    fn names(&self, debit: &Row, credit: &Row, reasons: &mut ReasonSet) {
        use Reason as R;
        let mut judge =
            |row: &Row, other: &Row, [full, part, wrong]: [R; 3]| match self.overlap(row, other) {
                Overlap::Full => reasons.add(full),
                Overlap::Part => reasons.add(part),
                Overlap::Other => reasons.add(wrong),
                Overlap::Unknown => {}
            };
        judge(debit, credit, [R::DebitNamesHolder, R::DebitNamesPart, R::DebitNamesOther]);
        judge(credit, debit, [R::CreditNamesHolder, R::CreditNamesPart, R::CreditNamesOther]);
    }

    /// How far what a row says of the other party agrees with who holds the other account. A row
    /// without a name may mention the holder in its description.
    fn overlap(&self, row: &Row, other: &Row) -> Overlap {
        let words = |text: u32| &self.rows.words[text as usize];
        let holder = words(other.own_name);
        match words(row.name).overlap(holder) {
            Overlap::Unknown if words(row.description).mentions(holder) => Overlap::Part,
            overlap => overlap,
        }
    }

    fn descriptions(&self, debit: &Row, credit: &Row, reasons: &mut ReasonSet) {
        let (one, other) = (debit.description as usize, credit.description as usize);
        let words = &self.rows.words;
        if words[one].shares_number(&words[other]) {
            reasons.add(Reason::SharedNumber);
        } else if one == other && words[one].words.len() >= 2 {
            reasons.add(Reason::SameDescription);
        }
    }
}

/// Adds what the sides say of the other's account; whether one of them names it.
fn name_accounts(debit: &Row, credit: &Row, reasons: &mut ReasonSet) -> bool {
    if debit.counterparty.is_some() {
        reasons.add(Reason::DebitNamesAccount);
    }
    if credit.counterparty.is_some() {
        reasons.add(Reason::CreditNamesAccount);
    }
    if debit.names_unknown || credit.names_unknown {
        reasons.add(Reason::NamesUnknownAccount);
    }
    debit.counterparty.is_some() || credit.counterparty.is_some()
}

/// Whether `received` for `paid` is a rate within the band. Products beyond the range are outside.
fn is_in_band(band: &RateBand, paid: &Row, received: &Row) -> bool {
    let scaled = |minor: i128, factor: u64, exponent: u8| {
        minor.checked_mul(i128::from(factor))?.checked_mul(10i128.checked_pow(u32::from(exponent))?)
    };
    let got = |den: u64| scaled(received.minor, den, paid.currency.exponent());
    let due = |num: u64| scaled(paid.minor, num, received.currency.exponent());
    let is_above = got(band.low.1).zip(due(band.low.0)).is_some_and(|(got, due)| got >= due);
    let is_below = got(band.high.1).zip(due(band.high.0)).is_some_and(|(got, due)| got <= due);
    is_above && is_below
}

/// Mondays to Fridays up to a day, counted from some Monday.
fn working_days(day: i32) -> i64 {
    // 1970-01-01 was a Thursday.
    let since_monday = i64::from(day) + 3;
    since_monday.div_euclid(7) * 5 + (since_monday.rem_euclid(7) + 1).min(5)
}
