//! Words of a page with their places, from its content stream.

use std::rc::Rc;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::fonts::{Font, Fonts, FontsByName};
use super::geometry::{Matrix, ONE, number, times};

/// The most bytes that the content of a page may unpack to: 64 MiB.
const CONTENT_BYTES_MAX: usize = 64 << 20;

/// How deep forms may stand in forms.
const FORMS_DEEP: usize = 8;

/// The most forms of a page that are drawn.
const FORMS_MAX: usize = 2000;

/// The most words of a page.
const WORDS_MAX: usize = 500_000;

/// A word on a page.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) left: i64,
    pub(super) right: i64,
    /// Height of the line it stands on, from the foot of the page.
    pub(super) base: i64,
    /// Size of its letters.
    pub(super) size: i64,
    /// Width of a space between such words, as far as that is known.
    pub(super) space: i64,
}

/// Reads the words of a page in the order in which they are drawn.
pub(super) fn read(document: &Document, page: ObjectId, fonts: &mut Fonts) -> Vec<Word> {
    let Ok(content) = document.get_page_content_with_limit(page, CONTENT_BYTES_MAX) else {
        return Vec::new();
    };
    let mut drawing = Drawing { document, fonts, words: Vec::new(), open: None, form_count: 0 };
    let mut names = FontsByName::new();
    let mut forms = Dictionary::new();
    if let Ok((own, inherited)) = document.get_page_resources(page) {
        let inherited = inherited.iter().rev().filter_map(|&id| document.get_dictionary(id).ok());
        for resources in inherited.chain(own) {
            drawing.add_resources(resources, (&mut names, &mut forms));
        }
    }
    drawing.draw(&content, (&names, &forms), Matrix::IDENTITY, 0);
    drawing.close_word();
    drawing.words
}

/// What a page has drawn so far.
struct Drawing<'d> {
    document: &'d Document,
    fonts: &'d mut Fonts,
    words: Vec<Word>,
    open: Option<Word>,
    form_count: usize,
}

/// The state of text.
#[derive(Clone)]
struct State {
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: i64,
    between_letters: i64,
    between_words: i64,
    stretch: i64,
    leading: i64,
    rise: i64,
}

impl State {
    fn new(ctm: Matrix) -> Self {
        Self {
            ctm,
            font: None,
            size: 0,
            between_letters: 0,
            between_words: 0,
            stretch: ONE,
            leading: 0,
            rise: 0,
        }
    }
}

/// Where text goes on, and where its line began.
#[derive(Clone, Copy)]
struct Pen {
    at: Matrix,
    line: Matrix,
}

impl Pen {
    fn next_line(&mut self, x: i64, y: i64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.at = self.line;
    }
}

impl Drawing<'_> {
    fn add_resources(
        &mut self,
        resources: &Dictionary,
        (names, forms): (&mut FontsByName, &mut Dictionary),
    ) {
        names.append(&mut self.fonts.of(self.document, resources));
        let objects = resources.get_deref(b"XObject", self.document).and_then(Object::as_dict);
        if let Ok(objects) = objects {
            forms.extend(objects);
        }
    }

    fn draw(
        &mut self,
        content: &[u8],
        (names, forms): (&FontsByName, &Dictionary),
        ctm: Matrix,
        depth: usize,
    ) {
        let mut state = State::new(ctm);
        let mut saved: Vec<State> = Vec::new();
        let mut pen = Pen { at: Matrix::IDENTITY, line: Matrix::IDENTITY };
        for operation in Content::decode_iter(content) {
            let Ok(operation) = operation else { return };
            if self.words.len() > WORDS_MAX {
                return;
            }
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "q" if saved.len() < 1000 => saved.push(state.clone()),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => {
                    if let Some(matrix) = Matrix::read(operands) {
                        state.ctm = matrix.then(state.ctm);
                    }
                }
                "BT" => pen = Pen { at: Matrix::IDENTITY, line: Matrix::IDENTITY },
                "Tf" => {
                    let name = operands.first().and_then(|name| name.as_name().ok());
                    state.font = name.and_then(|name| names.get(name)).cloned();
                    state.size = operands.get(1).and_then(number).unwrap_or(state.size);
                }
                "Do" => self.draw_form(operands, forms, state.ctm, depth),
                _ => self.text_operation(&operation, &mut state, &mut pen),
            }
        }
    }

    fn draw_form(&mut self, operands: &[Object], forms: &Dictionary, ctm: Matrix, depth: usize) {
        self.form_count += 1;
        if depth >= FORMS_DEEP || self.form_count > FORMS_MAX {
            return;
        }
        let document = self.document;
        let form = operands
            .first()
            .and_then(|name| name.as_name().ok())
            .and_then(|name| forms.get_deref(name, document).ok())
            .and_then(|object| object.as_stream().ok());
        let Some(form) = form else { return };
        let is_form = form.dict.get_deref(b"Subtype", document).and_then(Object::as_name);
        if is_form.ok() != Some(b"Form") {
            return;
        }
        let Ok(content) = form.get_plain_content_with_limit(CONTENT_BYTES_MAX) else { return };
        let matrix = form.dict.get_deref(b"Matrix", document).and_then(Object::as_array);
        let matrix = matrix.ok().and_then(|matrix| Matrix::read(matrix));
        let ctm = matrix.map_or(ctm, |matrix| matrix.then(ctm));
        let (mut names, mut own_forms) = (FontsByName::new(), Dictionary::new());
        let resources = form.dict.get_deref(b"Resources", document).and_then(Object::as_dict);
        if let Ok(resources) = resources {
            self.add_resources(resources, (&mut names, &mut own_forms));
        }
        self.draw(&content, (&names, &own_forms), ctm, depth + 1);
    }

    fn text_operation(&mut self, operation: &Operation, state: &mut State, pen: &mut Pen) {
        let operands = &operation.operands;
        let first = operands.first().and_then(number);
        match (operation.operator.as_str(), first) {
            ("Tc", Some(space)) => state.between_letters = space,
            ("Tw", Some(space)) => state.between_words = space,
            ("Tz", Some(percent)) => state.stretch = percent / 100,
            ("TL", Some(leading)) => state.leading = leading,
            ("Ts", Some(rise)) => state.rise = rise,
            ("Td", Some(x)) => pen.next_line(x, operands.get(1).and_then(number).unwrap_or(0)),
            ("TD", Some(x)) => {
                let y = operands.get(1).and_then(number).unwrap_or(0);
                state.leading = -y;
                pen.next_line(x, y);
            }
            ("Tm", _) => {
                if let Some(matrix) = Matrix::read(operands) {
                    *pen = Pen { at: matrix, line: matrix };
                }
            }
            ("T*", _) => pen.next_line(0, -state.leading),
            ("Tj", _) => self.show(operands.first(), state, pen),
            ("'", _) => {
                pen.next_line(0, -state.leading);
                self.show(operands.first(), state, pen);
            }
            ("\"", Some(space)) => {
                state.between_words = space;
                state.between_letters = operands.get(1).and_then(number).unwrap_or(0);
                pen.next_line(0, -state.leading);
                self.show(operands.get(2), state, pen);
            }
            ("TJ", _) => {
                let parts = operands.first().and_then(|parts| parts.as_array().ok());
                for part in parts.into_iter().flatten() {
                    match number(part) {
                        Some(back) => advance(pen, times(-back / 1000, state.size), state),
                        None => self.show(Some(part), state, pen),
                    }
                }
            }
            _ => {}
        }
    }

    fn show(&mut self, string: Option<&Object>, state: &State, pen: &mut Pen) {
        let Some(Object::String(string, _)) = string else { return };
        let Some(font) = state.font.clone() else { return };
        for glyph in font.glyphs(string) {
            let width = times(glyph.width, state.size);
            let place = Matrix::shift(0, state.rise).then(pen.at).then(state.ctm);
            let scale = times(state.stretch, place.0[0]);
            let space = times(times(glyph.space, state.size), scale);
            let sizes = [times(width, scale), times(state.size, place.0[3]), space];
            self.add(&glyph.text, place, sizes);
            let word_space = if glyph.is_space_code { state.between_words } else { 0 };
            let step = width.saturating_add(state.between_letters).saturating_add(word_space);
            advance(pen, step, state);
        }
    }

    /// Adds a glyph to the word that it touches, or begins another.
    fn add(&mut self, text: &str, place: Matrix, [width, size, space]: [i64; 3]) {
        let [a, b, .., left, base] = place.0;
        // Text on its side belongs to margins and seals.
        if b.abs() > a.abs() || size <= 0 {
            return;
        }
        if text.trim().is_empty() {
            return self.close_word();
        }
        let right = left.saturating_add(width);
        if let Some(word) = &mut self.open {
            let gap = left - word.right;
            let is_near = gap < size / 5 && gap > -size && (base - word.base).abs() < size / 5;
            if is_near && word.text.len() < 1000 {
                word.text.push_str(text);
                word.right = word.right.max(right);
                return;
            }
        }
        self.close_word();
        self.open = Some(Word { text: text.to_owned(), left, right, base, size, space });
    }

    fn close_word(&mut self) {
        self.words.extend(self.open.take());
    }
}

fn advance(pen: &mut Pen, step: i64, state: &State) {
    pen.at = Matrix::shift(times(step, state.stretch), 0).then(pen.at);
}
