//! What is printed for text that comes from evidence: itself, except for what cannot be seen.
//!
//! *Shape.* White space of any kind becomes a space. Characters that no built-in font can draw, and
//! characters that are there only to steer the others (controls, changes of direction), are named by
//! their code points, `[U+1F4B6]`: a reader sees that something stands there, and what.

/// Text as it is printed, where `can_draw` says which characters have a shape.
pub(crate) fn printable(text: &str, can_draw: impl Fn(char) -> bool) -> String {
    let mut printed = String::with_capacity(text.len());
    let mut named: Vec<char> = Vec::new();
    let mut before = ' ';
    for found in text.chars() {
        let is_part = is_joiner(found) && (!named.is_empty() || before.is_ascii());
        match found {
            _ if is_white(found) => put(&mut printed, &mut named, ' '),
            _ if is_part || is_steering(found) => named.push(found),
            _ if is_joiner(found) || can_draw(found) => put(&mut printed, &mut named, found),
            _ if found.is_whitespace() => put(&mut printed, &mut named, ' '),
            _ => named.push(found),
        }
        before = found;
    }
    name(&mut printed, &mut named);
    printed
}

fn put(printed: &mut String, named: &mut Vec<char>, drawn: char) {
    name(printed, named);
    printed.push(drawn);
}

/// Writes the code points of characters that stand side by side.
fn name(printed: &mut String, named: &mut Vec<char>) {
    if named.is_empty() {
        return;
    }
    let points: Vec<String> = named.drain(..).map(|c| format!("U+{:04X}", u32::from(c))).collect();
    printed.push('[');
    printed.push_str(&points.join(" "));
    printed.push(']');
}

/// Controls that separate words.
fn is_white(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Marks that shape the character before them: they say something after a letter of a script that
/// joins, and in a sequence of pictures.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Characters without a shape of their own, and those whose shape is nobody's agreement.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
                | '\u{f0000}'..
        )
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(c: char) -> bool {
        c < '\u{250}'
    }

    #[test]
    fn what_can_be_drawn_stays_as_it_is() {
        let text = r#"#set page() $x$ *b* _i_ @a <b> \ " ' `c` =SUM(A1) // /* ~ --- ñ ß"#;
        assert_eq!(printable(text, latin), text);
    }

    #[test]
    fn white_space_becomes_a_space() {
        assert_eq!(printable("a\tb\r\nc\u{2028}d\u{3000}e", latin), "a b  c d e");
    }

    #[test]
    fn what_cannot_be_drawn_is_named_in_one_bracket() {
        assert_eq!(printable("pay 💶!", latin), "pay [U+1F4B6]!");
        assert_eq!(printable("👩\u{200d}🚀 x", latin), "[U+1F469 U+200D U+1F680] x");
    }

    #[test]
    fn a_change_of_direction_cannot_turn_a_figure_around() {
        assert_eq!(printable("\u{202e}100", |_| true), "[U+202E]100");
        assert_eq!(printable("12\u{200b}3\0", |_| true), "12[U+200B]3[U+0000]");
    }

    #[test]
    fn joiners_stay_in_scripts_that_join_and_are_named_elsewhere() {
        assert_eq!(printable("می\u{200c}خواهم", |_| true), "می\u{200c}خواهم");
        assert_eq!(printable("12\u{200d}3", |_| true), "12[U+200D]3");
    }
}
