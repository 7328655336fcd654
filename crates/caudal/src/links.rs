//! Asserted links: what a person typed, as positions in the evidence, and why one is refused.
//!
//! *Authority.* `law:durant`. Links are never inferred; each carries who asserts it, when and why,
//! and the same trace without them stands beside every answer.

use caudal_explain::Message;
use caudal_import::AssertedLink;
use caudal_ledger::{Link, LinkFault};

use crate::case::Case;
use crate::error::{Error, ErrorKind};

/// The links of a case as positions in its table, in the currency of their account.
pub(crate) fn resolve(case: &Case) -> Result<Vec<Link>, Error> {
    case.links.iter().map(|link| resolve_one(case, link)).collect()
}

fn resolve_one(case: &Case, link: &AssertedLink) -> Result<Link, Error> {
    let find = |id: &str| {
        let message = || about("error-link-transfer-unknown", link).with("id", id);
        case.table.find(id).ok_or_else(|| Error::new(ErrorKind::Data, message()))
    };
    let (receipt, payment) = (find(&link.receipt)?, find(&link.payment)?);
    let exponent = case.table.money(payment).currency.exponent();
    let minor = link.amount.minor(exponent).and_then(|minor| u128::try_from(minor).ok());
    let minor = minor.filter(|&minor| minor > 0).ok_or_else(|| {
        let message = about("error-link-amount", link).with("amount", link.amount);
        Error::new(ErrorKind::Data, message)
    })?;
    Ok(Link { receipt, payment, minor })
}

/// The error of a link that the ledger cannot take in.
pub(crate) fn refused(case: &Case, link_idx: u32, fault: LinkFault) -> Error {
    let why = match fault {
        LinkFault::LeftOut => "left-out",
        LinkFault::AccountsDiffer => "accounts-differ",
        LinkFault::NotBackward => "not-backward",
        LinkFault::Converts => "converts",
        LinkFault::Chained => "chained",
        LinkFault::TooMuch => "too-much",
        LinkFault::NotLent => "not-lent",
        // Every other fault that a ledger may come to know is one of order.
        _ => "circle",
    };
    let link = &case.links[link_idx as usize];
    let message = about("error-link", link);
    Error::new(ErrorKind::Request, message).hint(about(&format!("hint-link-{why}"), link))
}

fn about(key: &str, link: &AssertedLink) -> Message {
    Message::new(key.to_owned())
        .with("receipt", &link.receipt)
        .with("payment", &link.payment)
        .with("row", link.row)
}
