//! The command as a user meets it: sessions with their output, and input no Markdown can hold.
#![expect(clippy::disallowed_methods, reason = "sessions are files, and a switch updates them")]

mod evidence;
mod folder;
mod sessions;
