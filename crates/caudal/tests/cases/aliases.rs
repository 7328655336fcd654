//! Other names of a rule give the answer of its id, byte for byte, beside what was typed.

use caudal::wire::{self, TraceDocument};
use caudal::{Request, Rule, unwatched};
use caudal_testkit::slow::SlowTarget;

use crate::asking::{self, Origins, answer};
use crate::seeds::{self, each};

/// The bytes of an answer without what was typed. That an inner rule was not named is an
/// assumption, which the canonical id does not need.
fn bytes(mut document: TraceDocument, id: &str) -> (String, bool) {
    let count = document.assumptions.len();
    document.assumptions.retain(|assumption| assumption.code != "inner-fifo");
    for result in &mut document.results {
        id.clone_into(&mut result.asked);
    }
    let has_assumed = document.assumptions.len() < count;
    (wire::to_json(&document), has_assumed)
}

#[test]
fn aliases_give_the_bytes_of_the_canonical_id() {
    let mut compared = 0;
    each(&seeds::mixed(), 0..12, |world, random| {
        let Some(account) = random.targets.iter().find_map(|target| match target {
            SlowTarget::Balance(account) => Some(format!("account:{account}")),
            SlowTarget::Transfer(_) => None,
        }) else {
            return;
        };
        if random.origins.is_empty() {
            return;
        }
        let origins = Origins::of(world, &random.origins).expect("selectors");
        // One origin alone is not divided.
        let fifo = answer(world, &origins.selectors, &[], "fifo").expect("an answer");
        let has_several = fifo.results[0].origin_total.as_ref().is_some_and(|rows| rows.len() > 1);
        for rule in Rule::every() {
            let ask = |name: &str| {
                let to = [account.clone()];
                let request: Request = asking::request(world, &origins.selectors, &to, name);
                let document = caudal::trace(&world.case, &request, &mut unwatched);
                let document = document.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(document.results[0].asked, name, "what was typed is told");
                bytes(document, rule.id())
            };
            let (canonical, assumed) = ask(rule.id());
            assert!(!assumed, "{rule} names its inner rule");
            let has_inner = rule.id().contains(':') && has_several;
            for alias in rule.aliases() {
                let (found, assumed) = ask(alias);
                assert_eq!(found, canonical, "{alias} and {rule}");
                assert_eq!(assumed, has_inner, "{alias}: the inner rule is told to be assumed");
                compared += 1;
            }
        }
    });
    println!("{compared} aliases compared");
    assert!(compared > 50);
}
