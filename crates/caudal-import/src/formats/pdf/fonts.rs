//! Fonts: what a code means and how wide it is.
//!
//! *Shape.* A simple font has 256 codes of a byte; a composite one has codes of two bytes. The map
//! to Unicode is asked first, then the encoding.

use std::collections::BTreeMap;
use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::geometry::{ONE, number};
use super::unicode_map::{self, UnicodeMap};

/// The most bytes that a map to Unicode may unpack to: 16 MiB.
const MAP_BYTES_MAX: usize = 16 << 20;

/// Widths of Helvetica from code 32 to 126, in thousandths of the size: what a font without widths
/// is measured by. Only gaps between words depend on them.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// A font of a page.
pub(super) struct Font {
    is_composite: bool,
    /// What each code of a simple font means.
    texts: Vec<String>,
    /// What codes of a composite font mean.
    map: UnicodeMap,
    /// Widths in thousandths of the size.
    widths: BTreeMap<u32, i64>,
    width_default: i64,
}

/// A code of a string.
pub(super) struct Glyph {
    pub(super) text: String,
    /// Width, as a part of the size.
    pub(super) width: i64,
    /// Width of a space of the font, as a part of the size; 0 if that is not known.
    pub(super) space: i64,
    /// Whether spacing between words is added.
    pub(super) is_space_code: bool,
}

/// Fonts that were met, by their objects.
#[derive(Default)]
pub(super) struct Fonts {
    known: BTreeMap<ObjectId, Rc<Font>>,
}

impl Fonts {
    /// The fonts of resources, by their names.
    pub(super) fn of(&mut self, document: &Document, resources: &Dictionary) -> FontsByName {
        let mut fonts = FontsByName::new();
        let Ok(named) = resources.get_deref(b"Font", document).and_then(Object::as_dict) else {
            return fonts;
        };
        for (name, value) in named {
            let id = value.as_reference().ok();
            if let Some(known) = id.and_then(|id| self.known.get(&id)) {
                fonts.insert(name.clone(), Rc::clone(known));
                continue;
            }
            let dictionary = document.dereference(value).and_then(|(_, object)| object.as_dict());
            let Ok(dictionary) = dictionary else { continue };
            let font = Rc::new(Font::read(document, dictionary));
            if let Some(id) = id {
                self.known.insert(id, Rc::clone(&font));
            }
            fonts.insert(name.clone(), font);
        }
        fonts
    }
}

pub(super) type FontsByName = BTreeMap<Vec<u8>, Rc<Font>>;

impl Font {
    fn read(document: &Document, font: &Dictionary) -> Self {
        let name = |key: &[u8]| font.get_deref(key, document).and_then(Object::as_name);
        let is_composite = name(b"Subtype").is_ok_and(|subtype| subtype == b"Type0");
        let map = unicode_map(document, font);
        let texts = if is_composite { Vec::new() } else { simple_texts(document, font, &map) };
        let is_fixed =
            name(b"BaseFont").is_ok_and(|base| base.windows(7).any(|part| part == b"Courier"));
        let mut font_read = Self {
            is_composite,
            texts,
            map,
            widths: BTreeMap::new(),
            width_default: if is_fixed { 600 } else { 0 },
        };
        if is_composite {
            font_read.read_composite_widths(document, font);
        } else if !font_read.read_simple_widths(document, font) && !is_fixed {
            let widths = (32u32..).zip(WIDTHS).map(|(code, width)| (code, i64::from(width)));
            font_read.widths = widths.collect();
            font_read.width_default = 556;
        }
        font_read
    }

    fn read_simple_widths(&mut self, document: &Document, font: &Dictionary) -> bool {
        let Ok(widths) = font.get_deref(b"Widths", document).and_then(Object::as_array) else {
            return false;
        };
        let first = font.get_deref(b"FirstChar", document).and_then(Object::as_i64).unwrap_or(0);
        let first = u32::try_from(first).unwrap_or(0);
        for (code, width) in (first..).zip(widths.iter().take(256)) {
            if let Some(width) = thousandths(document, width) {
                self.widths.insert(code, width);
            }
        }
        let descriptor = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict);
        let missing = descriptor.and_then(|d| d.get_deref(b"MissingWidth", document));
        self.width_default = missing.ok().and_then(|w| thousandths(document, w)).unwrap_or(0);
        true
    }

    /// `W` is a list of `first [w w w]` and `first last w`.
    fn read_composite_widths(&mut self, document: &Document, font: &Dictionary) {
        let descendant = font
            .get_deref(b"DescendantFonts", document)
            .and_then(Object::as_array)
            .ok()
            .and_then(|fonts| document.dereference(fonts.first()?).ok())
            .and_then(|(_, object)| object.as_dict().ok());
        let Some(descendant) = descendant else { return };
        let default = descendant.get_deref(b"DW", document).ok();
        self.width_default = default.and_then(|w| thousandths(document, w)).unwrap_or(1000);
        let Ok(list) = descendant.get_deref(b"W", document).and_then(Object::as_array) else {
            return;
        };
        let mut list = list.iter();
        while let (Some(first), Some(next)) = (list.next(), list.next()) {
            let Some(first) = code(first) else { return };
            if let Ok((_, Object::Array(widths))) = document.dereference(next) {
                for (code, width) in (first..).zip(widths.iter().take(1 << 16)) {
                    self.set_width(code, thousandths(document, width));
                }
                continue;
            }
            let (Some(last), Some(width)) = (code(next), list.next()) else { return };
            let width = thousandths(document, width);
            for code in first..=last.min(0xffff) {
                self.set_width(code, width);
            }
        }
    }

    fn set_width(&mut self, code: u32, width: Option<i64>) {
        if let Some(width) = width
            && code <= 0xffff
        {
            self.widths.insert(code, width);
        }
    }

    fn width_of(&self, code: u32) -> i64 {
        self.widths.get(&code).copied().unwrap_or(self.width_default)
    }

    /// The codes of a string.
    pub(super) fn glyphs<'s>(&'s self, string: &'s [u8]) -> impl Iterator<Item = Glyph> + 's {
        let length = if self.is_composite { 2 } else { 1 };
        string.chunks(length).map(move |bytes| {
            let code = bytes.iter().fold(0, |code, &byte| code * 256 + u32::from(byte));
            let width = self.width_of(code);
            let text = if self.is_composite {
                self.map.get(&code).cloned().unwrap_or_else(|| "\u{fffd}".to_owned())
            } else {
                self.texts.get(code as usize).cloned().unwrap_or_default()
            };
            let is_space_code = bytes == [32];
            let space = if self.is_composite { self.width_default } else { self.width_of(32) };
            let unit = ONE / 1000;
            Glyph { text, width: width * unit, space: space * unit, is_space_code }
        })
    }
}

fn code(object: &Object) -> Option<u32> {
    u32::try_from(object.as_i64().ok()?).ok()
}

/// A width in whole thousandths of the size.
fn thousandths(document: &Document, object: &Object) -> Option<i64> {
    let (_, object) = document.dereference(object).ok()?;
    number(object).map(|width| (width / ONE).clamp(-10_000, 10_000))
}

/// The map to Unicode that a font brings along; empty without one.
fn unicode_map(document: &Document, font: &Dictionary) -> UnicodeMap {
    let stream = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream);
    let content = stream.and_then(|stream| stream.get_plain_content_with_limit(MAP_BYTES_MAX));
    content.map(|content| unicode_map::read(&content)).unwrap_or_default()
}

/// What the codes of a simple font mean.
fn simple_texts(document: &Document, font: &Dictionary, map: &UnicodeMap) -> Vec<String> {
    let encoding = font.get_font_encoding_with_limit(document, MAP_BYTES_MAX).ok();
    (0..=u8::MAX)
        .map(|byte| {
            let mapped = map.get(&u32::from(byte)).cloned();
            let is_known = |text: &String| !text.is_empty() && !text.contains('\u{fffd}');
            let encoded = || encoding.as_ref().and_then(|e| e.bytes_to_string(&[byte]).ok());
            mapped
                .filter(is_known)
                .or_else(|| encoded().filter(is_known))
                .unwrap_or_else(|| crate::text::decode_windows_1252(&[byte]).into_owned())
        })
        .collect()
}
