use crate::world::World;
use caudal_testkit::slow::*;
use caudal_trace::{Rule, backward as eback};
use caudal_ledger::LedgerView;
#[test]
fn scratch() {
    let r = caudal_testkit::random::ledger(2, &crate::seeds::converting());
    let world = World::new(&r.case);
    let t = world.target(&SlowTarget::Balance("B".into())).unwrap();
    let found = eback(&world.tracer(), t, Rule::Lifo).unwrap();
    println!("{} {:?}", found.total, found.sources.iter().map(|s| (world.source(s.line), s.amount)).collect::<Vec<_>>());
    println!("{:?}", backward(&r.case, &SlowTarget::Balance("B".into()), "lifo"));
    fn backward2() {}
    let _ = backward2;
    for l in 0..world.ledger.line_count() { let x = world.ledger.line(l); println!("{l} {} {:?} {}->{} {} {}", world.id(l), x.kind, if x.payer<100 {world.place(x.payer)} else {String::new()}, world.place(x.payee), x.paid, x.received); }
}
