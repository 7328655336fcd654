//! Lines of a text with their rows, and the small readings that line-based bank formats share.
//!
//! *Shape.* Borrowed, one pass, a copy of the iterator looks ahead. Ends of lines are LF, CR LF or
//! CR alone, counted as the rest of the crate counts them.
//!
//! *Authority.* ISO 13616 for IBANs; years of two digits as SWIFT reads them, 80 to 99 in the last
//! century and 00 to 79 in this one.

use caudal_model::Moment;

/// A line of a text, without its end.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) struct Line<'t> {
    pub(in crate::formats) text: &'t str,
    /// Counted from 1.
    pub(in crate::formats) row: u64,
    /// Where the line begins in the text, in bytes.
    pub(in crate::formats) start: usize,
}

impl<'t> Line<'t> {
    /// Where the line's text ends in the whole text, in bytes.
    pub(in crate::formats) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The line without its first bytes, which the caller knows to end a character.
    pub(in crate::formats) fn without_first(self, length: usize) -> Line<'t> {
        let text = self.text.get(length..).unwrap_or_default();
        Line { text, start: self.start + length, ..self }
    }
}

/// The lines of a text.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Lines<'t> {
    text: &'t str,
    position: usize,
    row: u64,
}

impl<'t> Lines<'t> {
    pub(in crate::formats) fn new(text: &'t str) -> Self {
        Self { text, position: 0, row: 0 }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.position..).filter(|rest| !rest.is_empty())?;
        let start = self.position;
        let length = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r');
        let end = start + length.unwrap_or(rest.len());
        let is_pair = bytes.get(end..end + 2) == Some(b"\r\n");
        self.position = end + usize::from(length.is_some()) + usize::from(is_pair);
        self.row += 1;
        Some(Line { text: &self.text[start..end], row: self.row, start })
    }
}

/// A number of a few digits, or `None` where anything else stands.
pub(in crate::formats) fn digits(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// The year that two digits stand for.
pub(in crate::formats) fn year_of(two_digits: u32) -> i32 {
    let century = if two_digits < 80 { 2000 } else { 1900 };
    century + i32::try_from(two_digits).unwrap_or(0)
}

/// The numbers of a date in six digits, in the order in which they stand.
pub(in crate::formats) fn three_pairs(text: &str) -> Option<[u32; 3]> {
    let pair = |at: usize| text.get(at..at + 2).and_then(digits);
    (text.len() == 6).then_some([pair(0)?, pair(2)?, pair(4)?])
}

/// The day of a date as YYMMDD, or `None` if it is not so written or the calendar lacks it.
pub(in crate::formats) fn day_of(text: &str) -> Option<i32> {
    let [year, month, day] = three_pairs(text)?;
    Moment::from_date(year_of(year), month, day).map(|moment| moment.day)
}

/// The last day of the month that the date means, where only its day is beyond the calendar.
pub(in crate::formats) fn clamped_day_of(text: &str) -> Option<i32> {
    let [year, month, day] = three_pairs(text)?;
    let of_month = |day| Moment::from_date(year_of(year), month, day);
    let last = (28..=day.min(31)).rev().find_map(of_month)?;
    (day <= 31).then_some(last.day)
}

/// A day as people write it.
pub(in crate::formats) fn day_text(day: i32) -> String {
    Moment { day, nanos: None }.to_string()
}

/// Whether a text is an IBAN whose check digits fit, written without spaces.
pub(in crate::formats) fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_shaped = (15..=34).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit);
    is_shaped && remainder_97(bytes[4..].iter().chain(&bytes[..4])) == 1
}

/// What is left of a number by 97, where letters count from A = 10.
pub(in crate::formats) fn remainder_97<'b>(bytes: impl Iterator<Item = &'b u8>) -> u32 {
    bytes.fold(0, |sum, &byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => sum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_over_every_end_of_line() {
        let lines: Vec<_> =
            Lines::new("a\r\nb\rc\n\nd").map(|line| (line.row, line.text, line.start)).collect();
        assert_eq!(lines, [(1, "a", 0), (2, "b", 3), (3, "c", 5), (4, "", 7), (5, "d", 8)]);
        assert_eq!(Lines::new("").count(), 0);
    }

    #[test]
    fn days_of_two_digit_years_are_read_and_clamped() {
        assert_eq!(day_of("250303").map(day_text).as_deref(), Some("2025-03-03"));
        assert_eq!(day_of("991231").map(day_text).as_deref(), Some("1999-12-31"));
        assert_eq!(day_of("250230"), None);
        assert_eq!(clamped_day_of("250230").map(day_text).as_deref(), Some("2025-02-28"));
        assert_eq!(clamped_day_of("250232"), None);
        assert_eq!(clamped_day_of("251301"), None);
    }

    #[test]
    fn ibans_are_known_by_their_check_digits() {
        assert!(is_iban("ES0700120345030000067890"));
        assert!(!is_iban("ES0800120345030000067890"));
        assert!(!is_iban("ES07"));
        assert!(!is_iban("es0700120345030000067890"));
    }
}
