//! Tracing rules, rule-free bounds and shares over an indexed ledger.
//!
//! *Shape.* A [`LedgerView`], a [`Rule`] and a [`Question`] go in, a
//! [`Trace`] comes out: data only. No sentence, no file, no clock, no network; the same input gives
//! the same bytes.
//!
//! *Authority.* Each rule names its own in [`rule`]. The specification's section numbers are given
//! where a choice follows them.

mod arith;
mod backward;
mod bounds;
mod carried;
mod composition;
mod drive;
mod fine;
mod fragment;
mod holding;
mod interval;
mod many;
mod plain;
mod poison;
mod question;
mod received;
mod record;
mod result;
mod routes;
pub mod rule;
mod shares;
mod spread;
mod union;

pub use arith::{CARRIED_BITS, ONE};
pub use backward::{
    BackwardError, Composition, SourceAmount, Target, backward, source_currency, target_currency,
};
pub use bounds::{Bound, Bounds, Widened, bound};
pub use composition::{Holding, Holdings, holding_of, holdings};
pub use drive::Cancelled;
pub use fragment::{Fragment, IntervalSet, NO_FRAGMENT};
pub use holding::to_minor;
pub use question::{
    BOUND_LINES_MAX, FRAGMENTS_MAX, Origin, OriginIdx, Progress, Question, Seed, Watch, is_source,
    unwatched,
};
pub use received::received;
pub use result::{
    Amounts, Cell, Ending, EndingKind, OriginTotal, Received, Start, Trace, TracedLine, sum,
};
pub use routes::{Route, RouteHop, Routes, reached, routes};
pub use rule::{Inner, Presumption, Rule, UnknownRule};
pub use shares::{Share, Shares, shares};

use caudal_ledger::{LedgerView, LifoIndex};

/// A ledger with what the rules need beside it, made once and asked often.
#[derive(Debug)]
pub struct Tracer<'v, V> {
    view: &'v V,
    lifo: std::sync::OnceLock<LifoIndex>,
}

impl<'v, V: LedgerView> Tracer<'v, V> {
    /// A tracer over a ledger. Costs nothing; the LIFO index is matched when first
    /// needed, unless the ledger has it already.
    pub fn new(view: &'v V) -> Self {
        Self { view, lifo: std::sync::OnceLock::new() }
    }

    /// The ledger.
    pub fn view(&self) -> &'v V {
        self.view
    }

    /// The LIFO index.
    pub fn lifo(&self) -> &LifoIndex {
        let matched = || self.lifo.get_or_init(|| LifoIndex::build(self.view));
        self.view.lifo().unwrap_or_else(matched)
    }

    /// Where the money of the origins went. `None` for bounds and distributions, which are no
    /// traces.
    pub fn forward(
        &self,
        question: &Question,
        rule: Rule,
        watch: Watch<'_>,
    ) -> Result<Option<Trace>, Cancelled> {
        let (view, kept) = (self.view, many::Carried::Kept);
        let trace = match rule {
            Rule::Fifo => interval::forward(view, &interval::Fifo(view), question, watch)?,
            Rule::Lifo => {
                interval::forward(view, &interval::Lifo(self.lifo(), view), question, watch)?
            }
            Rule::ProRata => carried::forward(view, None, question, (kept, watch))?,
            Rule::Union(presumption, Inner::ProRata) => {
                carried::forward(view, Some(presumption), question, (kept, watch))?
            }
            Rule::Union(presumption, inner) => {
                union::forward(view, (presumption, inner), question, watch)?
            }
            Rule::Poison => poison::forward(view, question, watch)?,
            Rule::AtLeast | Rule::AtMost | Rule::PariPassu | Rule::CappedProRata => {
                return Ok(None);
            }
        };
        Ok(Some(trace))
    }
}
