//! What the typesetter can see: one source, the built-in fonts, and nothing else.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

struct Fonts {
    all: Vec<Font>,
    book: LazyHash<FontBook>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    // Named one by one, so that no other font is built in.
    let files = [
        dejavu::serif::regular(),
        dejavu::serif::bold(),
        // For scripts that the serif face lacks.
        dejavu::sans::regular(),
        dejavu::sans_mono::regular(),
        dejavu::sans_mono::bold(),
    ];
    let all: Vec<Font> = files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect();
    let book = LazyHash::new(FontBook::from_fonts(&all));
    Fonts { all, book }
});

/// Whether a built-in font has a shape for a character.
pub(crate) fn can_draw(c: char) -> bool {
    FONTS.all.iter().any(|font| font.info().coverage.contains(u32::from(c)))
}

/// One document: its layout, and its words as data.
pub(crate) struct Sheet {
    library: LazyHash<Library>,
    layout: Source,
}

impl Sheet {
    /// A layout that finds its words in `sys.inputs`.
    pub(crate) fn new(layout: &str, words: Dict) -> Self {
        let library = Library::builder().with_inputs(words).build();
        Self { library: LazyHash::new(library), layout: Source::detached(layout) }
    }
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.layout.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.layout.id() { Ok(self.layout.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.all.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
