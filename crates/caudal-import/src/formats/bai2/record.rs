//! Records of BAI2 and their fields, whatever banks do to the lines.
//!
//! *Shape.* A line is cut where a slash is followed by a code and a comma. Fields are read one by
//! one over a record and its continuations; nothing is copied.

/// Codes of records.
const CODES: &[&str] = &["01", "02", "03", "16", "49", "88", "98", "99"];

/// A record with its continuations, as it stands in the text.
pub(super) struct Record<'t> {
    pub(super) code: &'t str,
    pub(super) row: u64,
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many records it is: itself and its continuations, but not lines without a code.
    pub(super) records: u64,
    /// Its pieces: what follows the code and comma of the record and of each `88`, without slash.
    pub(super) pieces: Vec<&'t str>,
}

/// What the kind of funds says.
pub(super) enum Funds<'t> {
    /// Nothing that is kept.
    Plain,
    ValueDay(&'t str),
    /// No kind of funds: fields may be missing, and what follows may belong elsewhere.
    Unknown(&'t str),
}

/// Reads the fields of a record from left to right, over its pieces.
pub(super) struct Fields<'p, 't> {
    pieces: &'p [&'t str],
    /// What is left of the first piece; `None` when it is used up.
    rest: Option<&'t str>,
}

impl<'p, 't> Fields<'p, 't> {
    pub(super) fn new(pieces: &'p [&'t str]) -> Self {
        let (first, pieces) = pieces.split_first().map_or((None, pieces), |(f, r)| (Some(*f), r));
        Self { pieces, rest: first }
    }

    fn next_piece(&mut self) {
        if self.rest.is_none()
            && let Some((first, pieces)) = self.pieces.split_first()
        {
            (self.rest, self.pieces) = (Some(*first), pieces);
        }
    }

    /// The next field, or `None` behind the last.
    pub(super) fn next(&mut self) -> Option<&'t str> {
        self.next_piece();
        let rest = self.rest?;
        let (field, rest) =
            rest.split_once(',').map_or((rest, None), |(field, rest)| (field, Some(rest)));
        self.rest = rest;
        Some(field.trim())
    }

    /// Passes over fields; a number beyond those that are there ends with them.
    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            if self.next().is_none() {
                return;
            }
        }
    }

    pub(super) fn text(&mut self) -> &'t str {
        self.next().unwrap_or_default()
    }

    /// What is left of the current piece, whatever commas it holds.
    pub(super) fn rest_of_piece(&mut self) -> Option<&'t str> {
        self.next_piece();
        self.rest.take()
    }

    /// Passes over a kind of funds and its fields.
    pub(super) fn funds(&mut self) -> Funds<'t> {
        match self.text() {
            "" | "0" | "1" | "2" | "Z" | "z" => Funds::Plain,
            "V" | "v" => {
                let day = self.text();
                self.text();
                if day.is_empty() { Funds::Plain } else { Funds::ValueDay(day) }
            }
            "S" | "s" => {
                self.skip(3);
                Funds::Plain
            }
            "D" | "d" => {
                let text = self.text();
                let Ok(count) = text.parse::<usize>() else { return Funds::Unknown(text) };
                self.skip(count.saturating_mul(2));
                Funds::Plain
            }
            unknown => Funds::Unknown(unknown),
        }
    }

    /// The field behind so many others.
    pub(super) fn nth_text(mut self, skipped: usize) -> Option<&'t str> {
        self.skip(skipped);
        self.next()
    }
}

/// The code of a record with which a text begins, and what follows its comma.
pub(super) fn code_of(text: &str) -> Option<(&str, &str)> {
    let (code, rest) = text.split_at_checked(2)?;
    let is_code = CODES.contains(&code);
    is_code.then(|| rest.strip_prefix(',')).flatten().map(|rest| (code, rest))
}

/// Where the first record of a text ends: behind a slash that a code and a comma follow.
pub(super) fn record_end(text: &str) -> usize {
    let slashes = text.match_indices('/').map(|(at, _)| at + 1);
    let mut ends = slashes.filter(|&end| {
        let bytes = &text.as_bytes()[end..];
        let spaces = bytes.iter().take(RECORD_SPACES_MAX).take_while(|&&byte| byte == b' ').count();
        text.get(end + spaces..).and_then(code_of).is_some_and(begins_record)
    });
    ends.next().unwrap_or(text.len())
}

/// Whether what follows a slash in a line is a record of its code, and no date or fraction in a
/// text: `DUE 01/02, THANKS`, `3/16,5 INCH`.
fn begins_record((code, content): (&str, &str)) -> bool {
    let fields = |number: usize| content.split([',', '/']).nth(number).unwrap_or_default().trim();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_number = |text: &str| is_digits(text.trim_start_matches(['+', '-']));
    let is_type = |text: &str| text.len() == 3 && is_digits(text);
    match code {
        "01" => fields(2).len() == 6 && is_digits(fields(2)),
        "02" => fields(2).len() <= 1 && fields(3).len() <= 6 && content.contains(','),
        "03" => {
            let is_currency = fields(1).is_empty() || fields(1).len() == 3;
            is_currency && content.contains(',') && (fields(2).is_empty() || is_type(fields(2)))
        }
        "16" => is_type(fields(0)) && content.contains(','),
        "88" => true,
        _ => fields(0).is_empty() || is_number(fields(0)),
    }
}

/// How many spaces between two records of a line are passed over to find the second: enough for a
/// record padded to any length that banks use, and few enough for a line of slashes and spaces.
const RECORD_SPACES_MAX: usize = 256;
