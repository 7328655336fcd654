//! How far a reader has come, told from its own thread, and whether it is to go on.
//!
//! *Shape.* A reader reads in a thread of its own and calls [`Report::goes_on`] between rows; whoever
//! asked for the file hears of it and may stop it. So no reader holds a function of its caller's, and a
//! reader that is stopped simply ends: what it has read so far is not used.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::report::Report;
use crate::{OnProgress, Progress};

/// Rows between two reports.
const ROWS_PER_REPORT: u64 = 1 << 13;

/// What a report needs to tell how far its reader has come.
#[derive(Debug)]
pub(crate) struct Pace {
    tell: Sender<Progress>,
    stop: Arc<AtomicBool>,
    rows: u64,
    bytes_total: u64,
}

impl Pace {
    /// Another row was read; whether to go on.
    pub(crate) fn goes_on(&mut self, done: usize, whole: usize) -> bool {
        self.rows += 1;
        if !self.rows.is_multiple_of(ROWS_PER_REPORT) {
            return true;
        }
        let part = (done as u64, whole as u64);
        // Nobody listens any more only when the reading has ended.
        let _ = self.tell.send(Progress::new(self.rows, part, self.bytes_total));
        !self.stop.load(Ordering::Relaxed)
    }
}

/// Ends the telling when the reader ends, also by a panic: whoever listens would wait for ever.
struct Telling<'r>(&'r mut Report);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.set_pace(None);
    }
}

/// Reads in a thread of its own, and passes on how far it has come.
pub(crate) fn read(
    byte_count: usize,
    report: &mut Report,
    progress: OnProgress<'_>,
    reader: impl FnOnce(&mut Report) + Send,
) {
    let (tell, told) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    let pace = Pace { tell, stop: Arc::clone(&stop), rows: 0, bytes_total: byte_count as u64 };
    report.set_pace(Some(pace));
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let telling = Telling(report);
            reader(&mut *telling.0);
        });
        for so_far in told {
            if let ControlFlow::Break(()) = progress(so_far) {
                stop.store(true, Ordering::Relaxed);
            }
        }
        if let Err(panic) = reading.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
