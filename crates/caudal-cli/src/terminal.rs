//! The terminal: progress and errors on standard error, data on standard output, Ctrl-C.

use std::io::{self, ErrorKind as IoKind, IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use caudal::{Error, ErrorKind, Language, Message, Moment, Problem, Terms};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Problems of the evidence that an error prints; the rest is counted.
const PROBLEMS_SHOWN: usize = 20;

/// Where a command reports, and whether it was asked to stop.
pub(crate) struct Terminal {
    terms: Terms,
    stop: Arc<AtomicBool>,
}

impl Terminal {
    pub(crate) fn new(language: Language) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        // The first Ctrl-C stops at the next safe place, the second at once. Where no handler can
        // be set, Ctrl-C ends the program as usual: nothing is written while a trace runs.
        drop(ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(1);
            }
        }));
        Self { terms: Terms::new(language), stop }
    }

    /// The words of the user's language.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Runs a command and turns its outcome into an exit code.
    pub(crate) fn run(&self, command: impl FnOnce() -> Result<(), Failure>) -> ExitCode {
        // A panic of a library over a damaged file becomes a problem, and is not told of twice.
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !caudal::is_guarded() {
                tell(panic);
            }
        }));
        match catch_unwind(AssertUnwindSafe(command)) {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(Failure::Output(error))) if error.kind() == IoKind::BrokenPipe => {
                ExitCode::SUCCESS
            }
            Ok(Err(Failure::Output(error))) => {
                say(&format!("{}: {error}", self.terms.word("word-error")));
                ExitCode::from(1)
            }
            Ok(Err(Failure::Caudal(error))) => {
                self.fail(&error);
                ExitCode::from(if error.kind == ErrorKind::Usage { 2 } else { 1 })
            }
            Ok(Err(Failure::Blocked)) => ExitCode::from(3),
            Err(_) => {
                say(&self.terms.word("line-internal"));
                ExitCode::from(255)
            }
        }
    }

    /// A bar that follows the reading of a file, drawn only on a terminal.
    pub(crate) fn reading<T>(
        &self,
        read: impl FnOnce(caudal::Reading<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let bar = bar("{bar:30} {binary_bytes} / {binary_total_bytes}");
        let result = read(&mut |progress| {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes);
            self.go_on()
        });
        bar.finish_and_clear();
        result
    }

    /// A bar that follows a trace through the lines of the ledger.
    pub(crate) fn tracing<T>(
        &self,
        trace: impl FnOnce(caudal::Watch<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let bar = bar("{bar:30} {human_pos} / {human_len}");
        let result = trace(&mut |progress| {
            bar.set_length(u64::from(progress.line_count));
            bar.set_position(u64::from(progress.line));
            self.go_on()
        });
        bar.finish_and_clear();
        result
    }

    /// Something worth knowing, on standard error.
    pub(crate) fn note(text: &str) {
        say(text);
    }

    /// Problems, on standard error.
    pub(crate) fn report(&self, problems: &[Problem]) {
        for problem in problems.iter().take(PROBLEMS_SHOWN) {
            say(&self.problem(problem));
        }
    }

    /// Whether output may be coloured: on a terminal, unless `NO_COLOR` says otherwise.
    pub(crate) fn has_colour() -> bool {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one setting of colours that people share"
        )]
        let is_refused = std::env::var("NO_COLOR").is_ok_and(|value| !value.is_empty());
        !is_refused && io::stdout().is_terminal()
    }

    fn go_on(&self) -> ControlFlow<()> {
        if self.stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn fail(&self, error: &Error) {
        let mut text =
            format!("{}: {}", self.terms.word("word-error"), self.terms.say(&error.message));
        for problem in error.problems.iter().take(PROBLEMS_SHOWN) {
            text.push('\n');
            text.push_str(&self.problem(problem));
        }
        if let Some(more) = error.problems.len().checked_sub(PROBLEMS_SHOWN).filter(|&n| n > 0) {
            let rest = Message::new("problem-problems-not-listed").with("found", more);
            text.push('\n');
            text.push_str(&self.terms.say(&rest));
        }
        let hint = self.terms.word("word-hint");
        for message in &error.hints {
            text = format!("{text}\n\n{hint}: {}", self.terms.say(message));
        }
        say(&text);
    }

    /// A problem as it is printed: what, where, and what to do about it.
    fn problem(&self, problem: &Problem) -> String {
        let severity = self.terms.severity(problem.severity());
        let sentence = self.terms.problem(problem);
        let digest = problem.sha256.get(..8).unwrap_or("");
        let place = match problem.row {
            Some(row) => Message::new("line-problem-place").with("row", row),
            None => Message::new("line-problem-file"),
        };
        let place = self.terms.say(&place.with("digest", format!("{digest}…")));
        let hint =
            format!("{}: {}", self.terms.word("word-hint"), self.terms.problem_hint(problem));
        let (code, file) = (problem.code, &problem.file);
        format!("{severity}: {sentence} [{code}]\n  --> {file}, {place}\n  {hint}")
    }
}

/// A line on standard error, which may be closed.
fn say(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

fn bar(template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Why a command did not finish.
pub(crate) enum Failure {
    /// The request, the evidence or the disk.
    Caudal(Error),
    /// Standard output.
    Output(io::Error),
    /// The command is done, and its answer is that something blocks.
    Blocked,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Caudal(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Writes data to standard output.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The present time, for records of what was done and when. No result depends on it.
pub(crate) fn now() -> String {
    #[expect(clippy::disallowed_methods, reason = "records state when something was done")]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let day = i32::try_from(since.as_secs() / 86_400).unwrap_or(0);
    let nanos = since.as_secs() % 86_400 * 1_000_000_000;
    Moment { day, nanos: Some(nanos) }.to_string()
}
