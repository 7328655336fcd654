//! Collections that cannot leak an accidental order into a result.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::hint::black_box;

/// A dictionary of texts: each distinct text has a number, counted from 0 in order of arrival.
///
/// Looked up by hash, listed only in order of arrival; a hundred million short texts fit without
/// an allocation each.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    text: String,
    ends: Vec<u64>,
    /// By hash: the number of a text, and above it the high half of its hash, so that hardly any text
    /// is looked at but the one that is wanted.
    slots: Vec<u64>,
}

const FREE: u64 = u64::MAX;

/// Slots from which on a dictionary is larger than the caches near a processor.
const WARMED_FROM: usize = 1 << 16;

fn position(end: u64) -> usize {
    usize::try_from(end).unwrap_or(usize::MAX)
}

/// The number in a slot: its low half.
fn number(slot: u64) -> u32 {
    u32::try_from(slot & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

impl Dictionary {
    /// Number of distinct texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text with a number.
    pub fn get(&self, idx: u32) -> &str {
        let idx = idx as usize;
        let start = if idx == 0 { 0 } else { position(self.ends[idx - 1]) };
        &self.text[start..position(self.ends[idx])]
    }

    /// The number of a text, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let found = self.slots[self.slot_of(text, hash_of(text))];
        (found != FREE).then(|| number(found))
    }

    /// The number of a text, added if new; and whether it was new.
    pub fn intern(&mut self, text: &str) -> (u32, bool) {
        if (self.ends.len() + 1) * 4 > self.slots.len() * 3 {
            self.spread((self.slots.len() * 2).max(16));
        }
        let hash = hash_of(text);
        let slot = self.slot_of(text, hash);
        if self.slots[slot] != FREE {
            return (number(self.slots[slot]), false);
        }
        let idx = u32::try_from(self.ends.len()).expect("fewer than 2^32 distinct texts");
        self.text.push_str(text);
        self.ends.push(self.text.len() as u64);
        self.slots[slot] = tagged(hash, idx);
        (idx, true)
    }

    /// Loads what looking these texts up will need, all of it at once: one text after another, a large
    /// dictionary spends most of its time waiting for memory. Changes nothing.
    pub fn warm<const N: usize>(&self, texts: &[&str; N]) {
        if self.slots.len() < WARMED_FROM {
            return;
        }
        let mask = self.slots.len() as u64 - 1;
        let slots = texts.map(|text| {
            let slot = usize::try_from(hash_of(text) & mask).unwrap_or(0);
            self.slots[slot]
        });
        let ends = slots.map(|slot| match slot {
            FREE => 0,
            slot => position(self.ends[number(slot) as usize]),
        });
        let bytes = ends.map(|end| self.text.as_bytes().get(end.wrapping_sub(1)).copied());
        // Unused loads would be left out.
        black_box(bytes);
    }

    /// The texts in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|idx| self.get(u32::try_from(idx).unwrap_or(u32::MAX)))
    }

    /// Its texts end to end, where each ends, and the index by which they are found.
    pub(crate) fn into_parts(self) -> (String, Vec<u64>, Vec<u64>) {
        (self.text, self.ends, self.slots)
    }

    /// A dictionary of parts; `None` if they contradict each other.
    pub(crate) fn from_parts(text: String, ends: Vec<u64>, slots: Vec<u64>) -> Option<Self> {
        let is_end = |&end: &u64| text.is_char_boundary(position(end));
        let reach = ends.last().map_or(0, |&end| position(end));
        let is_text = ends.is_sorted() && ends.iter().all(is_end) && reach == text.len();
        let taken = slots.iter().filter(|&&slot| slot != FREE);
        let (taken, is_known) = taken.fold((0, true), |(count, is_known), &slot| {
            (count + 1, is_known && (number(slot) as usize) < ends.len())
        });
        // A search ends at a free slot.
        let is_index = is_known
            && taken == ends.len()
            && (slots.is_empty() || (slots.len().is_power_of_two() && taken < slots.len()));
        (is_text && is_index).then_some(Self { text, ends, slots })
    }

    /// Where a text stands, or the free slot where it would.
    fn slot_of(&self, text: &str, hash: u64) -> usize {
        let is_other = |slot: u64| slot >> 32 != hash >> 32 || self.get(number(slot)) != text;
        self.probe(hash, |slot| slot != FREE && is_other(slot))
    }

    fn probe(&self, hash: u64, goes_on: impl Fn(u64) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = usize::try_from(hash & mask as u64).unwrap_or(0);
        while goes_on(self.slots[slot]) {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Makes room for so many texts in all, so that the index is not laid out again and again.
    pub fn reserve(&mut self, count: usize) {
        let slots = (count / 3 * 4 + 4).next_power_of_two();
        if slots > self.slots.len() {
            self.spread(slots);
        }
    }

    /// Lays the index out over so many slots.
    fn spread(&mut self, slots: usize) {
        self.slots = vec![FREE; slots];
        for idx in 0..self.len() {
            let idx = u32::try_from(idx).unwrap_or(u32::MAX);
            let hash = hash_of(self.get(idx));
            let slot = self.probe(hash, |slot| slot != FREE);
            self.slots[slot] = tagged(hash, idx);
        }
    }
}

/// A filled slot. No text has the number that would make it look free.
fn tagged(hash: u64, idx: u32) -> u64 {
    hash >> 32 << 32 | u64::from(idx)
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = WordHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A quick fixed hash for keys that nobody can choose to our harm more than once: it only decides
/// where a key is stored, never an order that is seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        // The low bits choose the slot, so the well-mixed high bits come down.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word) ^ ((chunk.len() as u64) << 56));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

/// A hash map that can be asked but not listed, so its order reaches no result.
#[derive(Clone, Debug)]
pub struct LookupMap<K, V> {
    #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
    inner: std::collections::HashMap<K, V, BuildHasherDefault<WordHasher>>,
}

impl<K, V> Default for LookupMap<K, V> {
    #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
    fn default() -> Self {
        Self { inner: std::collections::HashMap::default() }
    }
}

impl<K: Hash + Eq, V> LookupMap<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.inner.get(key)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.inner.get_mut(key)
    }

    /// Sets the value of a key and gives back the former one.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.inner.insert(key, value)
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.inner.remove(key)
    }

    /// The value of a key, made if absent.
    pub fn or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        self.inner.entry(key).or_insert_with(make)
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut names = Dictionary::default();
        for n in 0..10_000u32 {
            assert_eq!(names.intern(&format!("account-{n}")), (n, true));
        }
        for n in 0..10_000u32 {
            assert_eq!(names.intern(&format!("account-{n}")), (n, false));
            assert_eq!(names.get(n), format!("account-{n}"));
        }
        assert_eq!(names.find("nobody"), None);
        assert_eq!(Dictionary::default().find(""), None);
    }

    #[test]
    fn texts_that_were_looked_at_before_are_found_and_added_as_ever() {
        let mut names = Dictionary::default();
        for n in 0..100_000u32 {
            let [known, new, again] = [format!("a{}", n / 2), format!("a{n}"), String::new()];
            names.warm(&[&known, &new, &again]);
            assert_eq!(names.intern(&new), (n, true));
            assert_eq!(names.find(&known), Some(n / 2));
        }
        assert!(names.slots.len() >= WARMED_FROM);
        names.reserve(1_000_000);
        let slots = names.slots.len();
        assert_eq!(names.find("a77"), Some(77));
        for n in 100_000..1_000_000u32 {
            names.intern(&format!("a{n}"));
        }
        assert_eq!(names.slots.len(), slots, "there was room");
        assert_eq!(names.len(), 1_000_000);
    }
}
