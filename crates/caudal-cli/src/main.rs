//! The `caudal` command: follow money through a ledger, exactly, with every figure's source.
//!
//! *Shape.* Arguments in, one command run, an exit code out: 0 done, 1 the request or the evidence
//! is at fault, 2 the command line is, 3 done and something blocks, 255 a bug. Data goes to standard output, everything else to
//! standard error.

mod args;
mod commands;
mod render;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use terminal::Terminal;

fn main() -> ExitCode {
    let args = Args::parse();
    let terminal = Terminal::new(args.lang.into());
    let run = || match args.command {
        Command::New(new) => commands::new::run(&new, &terminal),
        Command::Import(import) => commands::import::run(&import, &terminal),
        Command::Index(index) => commands::index::run(&index, &terminal),
        Command::Check(check) => commands::check::run(&check, &terminal),
        Command::Show(show) => commands::show::run(&show, &terminal),
        Command::Match(matches) => commands::matches::run(&matches, &terminal),
        Command::Next(next) => commands::next::rank(&next, &terminal),
        Command::Request(request) => commands::next::request(&request, &terminal),
        Command::Trace(trace) => commands::trace::run(&trace, &terminal),
        Command::Explain(explain) => commands::explain::run(&explain, &terminal),
        Command::Holdings(holdings) => commands::holdings::run(&holdings, &terminal),
        Command::Watch(watch) => commands::watch::run(&watch, &terminal),
        Command::Demo(demo) => commands::demo::run(&demo, &terminal),
    };
    terminal.run(|| caudal::undamaged(run))
}
