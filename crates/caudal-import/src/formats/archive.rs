//! ZIP archives of evidence files.
//!
//! *Shape.* Entries in the order of their names, whole or not at all. Archives in archives stay
//! packed. Sizes count as unpacked, whatever the archive declares, so that a small archive cannot
//! fill the memory.
//!
//! *Authority.* PKWARE APPNOTE, through the `zip` crate.

use std::io::{Cursor, Read};

use caudal_model::ProblemCode;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::Imported;
use crate::report::{Fault, Report};

/// The most that an archive may unpack to: 4 GiB.
const UNPACKED_BYTES_MAX: u64 = 4 << 30;

/// The most that an archive may grow, beside [`GROWTH_FREE_BYTES`]: text of statements shrinks to a
/// tenth, and nothing that is evidence shrinks to less than a two-hundredth.
const GROWTH_MAX: u64 = 200;

/// Growth that is always allowed: 16 MiB.
const GROWTH_FREE_BYTES: u64 = 16 << 20;

/// The most entries that are looked at.
const ENTRIES_MAX: usize = 100_000;

const SIGN: &[u8] = b"PK\x03\x04";

/// Parts by which documents that are ZIP archives inside are told from archives of files.
const DOCUMENT_PARTS: &[&str] = &["[Content_Types].xml", "mimetype", "META-INF/manifest.xml"];

type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// Whether a file is an archive to unpack: a ZIP that is no workbook and no other document.
pub fn is_archive(_name: &str, bytes: &[u8]) -> bool {
    if !bytes.starts_with(SIGN) && !bytes.starts_with(b"PK\x05\x06") {
        return false;
    }
    match open(bytes) {
        Some(archive) => !DOCUMENT_PARTS.iter().any(|part| archive.index_for_name(part).is_some()),
        // A damaged archive is still one; a damaged workbook begins with its own parts.
        None => !looks_like_document(bytes),
    }
}

fn looks_like_document(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    DOCUMENT_PARTS.iter().any(|part| {
        let part = part.as_bytes();
        head.windows(part.len()).any(|window| window == part)
    })
}

pub(super) fn open(bytes: &[u8]) -> Option<Archive<'_>> {
    ZipArchive::new(Cursor::new(bytes)).ok()
}

/// Unpacks an archive: names with their folders, and bytes, in the order of names. An entry that is
/// encrypted, damaged or itself an archive is left out with its problem. Of an archive that grows
/// beyond 4 GiB, or to more than 200 times its size and 16 MiB, nothing is given.
pub fn unpack(name: &str, bytes: &[u8]) -> Imported<Vec<(String, Vec<u8>)>> {
    let mut report = Report::new(name, bytes);
    let files = unpack_into(bytes, &mut report).unwrap_or_default();
    Imported { value: files, problems: report.finish() }
}

fn unpack_into(bytes: &[u8], report: &mut Report) -> Option<Vec<(String, Vec<u8>)>> {
    let Some(mut archive) = open(bytes) else {
        report.file_problem(crate::truncated("ZIP"));
        return None;
    };
    if archive.len() > ENTRIES_MAX {
        refuse(report);
        return None;
    }
    let mut names: Vec<(String, usize)> = Vec::new();
    for idx in 0..archive.len() {
        match archive.by_index_raw(idx) {
            Ok(entry) if entry.is_dir() => {}
            Ok(entry) if entry.encrypted() => {
                let found = format!("{} (encrypted)", plain_name(&entry));
                report.file_problem(Fault::new(ProblemCode::FormatUnknown, &found));
            }
            Ok(entry) => names.push((plain_name(&entry), idx)),
            Err(_) => report.file_problem(crate::truncated(&idx.to_string())),
        }
    }
    names.sort();
    let mut room = room(bytes);
    let mut files = Vec::new();
    for (name, idx) in names {
        match unpack_entry(&mut archive, idx, room) {
            Err(code) => report.file_problem(Fault::new(code, &name)),
            Ok(None) => {
                refuse(report);
                return None;
            }
            Ok(Some(content)) => {
                room -= content.len() as u64;
                if is_archive(&name, &content) {
                    report.file_problem(Fault::new(ProblemCode::FormatUnknown, &name));
                } else {
                    files.push((name, content));
                }
            }
        }
    }
    Some(files)
}

/// How many bytes an archive may unpack to.
fn room(bytes: &[u8]) -> u64 {
    let growth = (bytes.len() as u64).saturating_mul(GROWTH_MAX).saturating_add(GROWTH_FREE_BYTES);
    growth.min(UNPACKED_BYTES_MAX)
}

fn refuse(report: &mut Report) {
    let fault = Fault::new(ProblemCode::FormatUnknown, "ZIP (too large)");
    report.file_problem(fault.expected(UNPACKED_BYTES_MAX.to_string()));
}

/// The name without what would lead out of a folder.
fn plain_name(entry: &zip::read::ZipFile<'_, Cursor<&[u8]>>) -> String {
    let name = entry.name().map_or_else(
        |_| String::from_utf8_lossy(entry.name_raw()).into_owned(),
        std::borrow::Cow::into_owned,
    );
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    parts.collect::<Vec<_>>().join("/")
}

/// The bytes of an entry; `Ok(None)` if there are more than `room`.
fn unpack_entry(
    archive: &mut Archive<'_>,
    idx: usize,
    room: u64,
) -> Result<Option<Vec<u8>>, ProblemCode> {
    let entry = archive.by_index(idx).map_err(|error| match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ProblemCode::FormatUnknown
        }
        _ => ProblemCode::FileTruncated,
    })?;
    let mut content = Vec::new();
    let mut limited = entry.take(room + 1);
    limited.read_to_end(&mut content).map_err(|_| ProblemCode::FileTruncated)?;
    Ok((content.len() as u64 <= room).then_some(content))
}

/// Whether all parts of a document unpack to what an archive may.
pub(super) fn has_room(bytes: &[u8]) -> bool {
    let Some(mut archive) = open(bytes) else { return true };
    let mut room = room(bytes);
    for idx in 0..archive.len().min(ENTRIES_MAX) {
        let Ok(entry) = archive.by_index(idx) else { continue };
        let count = std::io::copy(&mut entry.take(room + 1), &mut std::io::sink()).unwrap_or(0);
        if count > room {
            return false;
        }
        room -= count;
    }
    archive.len() <= ENTRIES_MAX
}
