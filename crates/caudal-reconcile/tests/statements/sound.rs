//! Sound statements: nothing is broken, and the order is that of the balances.

use caudal_reconcile::proof::{Order, Orders, Proved, StatementState, prove};
use caudal_testkit::random::Rng;

use crate::make::{Layout, Printed, books, shown, statement};
use crate::plain;

const STATEMENTS: u64 = 10_000;

#[test]
fn nothing_is_broken_in_a_sound_statement() {
    for seed in 1..=STATEMENTS {
        let mut rng = Rng::new(seed);
        let layout = Layout::random(&mut rng);
        let sound = statement(&books(&mut rng, layout.amount_max), &layout);
        let proved = prove(&sound, layout.exponent);
        assert_eq!(proved.breaks, [], "seed {seed}: {layout:?}");
        assert_eq!(proved.rows, plain::states(&sound, &proved.sequence), "seed {seed}");
        // Both ends known: everything is proved. One of them is the last printed balance, if need be.
        let has_end = layout.has_closing || layout.printed != Printed::Nowhere;
        let is_proved = proved.state == StatementState::Proved;
        assert_eq!(is_proved, layout.has_opening && has_end, "seed {seed}: {layout:?}");
    }
}

#[test]
fn rows_of_a_day_in_any_order_are_put_in_the_order_of_their_balances() {
    let (mut several, mut moved) = (0, 0);
    for seed in 1..=STATEMENTS {
        let mut rng = Rng::new(seed);
        let printed = Printed::AtEveryRow;
        let layout = Layout { printed, amount_max: 6, exponent: 0, ..Layout::random(&mut rng) };
        let mut books = books(&mut rng, layout.amount_max);
        // Orders are counted one by one.
        books.rows.truncate(8);
        let mut shuffled = statement(&books, &layout);
        shuffle_days(&mut rng, &mut shuffled.entries);
        let proved = prove(&shuffled, 0);
        assert_eq!(proved.breaks, [], "seed {seed}: {}", shown(&shuffled));
        assert_eq!(plain::breaks(&shuffled, &proved.sequence), 0, "seed {seed}");
        let orders = plain::orders(&shuffled, 2);
        let expected = if orders.len() == 1 { Orders::One } else { Orders::Several };
        assert_eq!(proved.orders, expected, "seed {seed}: {orders:?} of {}", shown(&shuffled));
        several += usize::from(orders.len() > 1);
        moved += usize::from(is_moved(&proved));
    }
    println!(
        "{moved} of {STATEMENTS} shuffled statements were put in order, {several} in one of several"
    );
    assert!(several > 300 && moved > 5_000, "{several}, {moved}");
}

fn is_moved(proved: &Proved) -> bool {
    matches!(proved.order, Order::ByBalances(_))
}

/// Rows of one day change places; days stay where they are.
fn shuffle_days(rng: &mut Rng, entries: &mut [caudal_model::Entry]) {
    for day in entries.chunk_by_mut(|a, b| a.booked_at == b.booked_at) {
        for at in (1..day.len()).rev() {
            let other = usize::try_from(rng.below(u64::try_from(at + 1).unwrap())).unwrap();
            day.swap(at, other);
        }
    }
}
