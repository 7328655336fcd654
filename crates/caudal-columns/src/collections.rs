//! Collections that cannot leak an accidental order into a result.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::hint::black_box;

use crate::numbers::Numbers;
use crate::stored::{ColumnVisitor, StoreError, sound};

/// A dictionary of texts: each distinct text has a number, counted from 0 in order of arrival.
///
/// Looked up by hash, listed only in order of arrival; a hundred million short texts fit without
/// an allocation each.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    text: Numbers<u8>,
    ends: Ends,
    /// By hash: the number of a text, and above it the high half of its hash, so that hardly any text
    /// is looked at but the one that is wanted.
    slots: Numbers<u64>,
    /// Texts that were added to a mapped dictionary, which stays as it is.
    later: Option<Box<Dictionary>>,
}

/// Where texts end, in ascending order: the low half of each, and the texts at which the high half
/// grows by one.
#[derive(Clone, Debug, Default)]
struct Ends {
    low: Numbers<u32>,
    grows_at: Numbers<u32>,
}

impl Ends {
    fn push(&mut self, end: usize) {
        let idx = u32::try_from(self.low.len()).expect("fewer than 2^32 distinct texts");
        while self.grows_at.len() < end >> 32 {
            self.grows_at.push(idx);
        }
        self.low.push(u32::try_from(end & 0xffff_ffff).unwrap_or(u32::MAX));
    }

    #[inline]
    fn at(&self, idx: usize) -> usize {
        let low = self.low.at(idx) as usize;
        if self.grows_at.is_empty() {
            return low;
        }
        self.grows_at.partition_point(|grows| (grows as usize) <= idx) << 32 | low
    }
}

const FREE: u64 = u64::MAX;

/// Slots from which on a dictionary is larger than the caches near a processor.
const WARMED_FROM: usize = 1 << 16;

/// The number in a slot: its low half.
fn number(slot: u64) -> u32 {
    u32::try_from(slot & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

impl Dictionary {
    /// Number of distinct texts.
    pub fn len(&self) -> usize {
        self.own_len() + self.later.as_ref().map_or(0, |later| later.own_len())
    }

    /// Number of texts that are not in the dictionary behind this one.
    fn own_len(&self) -> usize {
        self.ends.low.len()
    }

    /// The number of a text of the dictionary behind this one, as it is counted there.
    fn in_later(&self, idx: u32) -> Option<(&Dictionary, u32)> {
        let later = self.later.as_ref()?;
        let idx = (idx as usize).checked_sub(self.own_len())?;
        Some((later, u32::try_from(idx).unwrap_or(u32::MAX)))
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text with a number.
    pub fn get(&self, idx: u32) -> &str {
        std::str::from_utf8(self.bytes(idx)).expect("what was entered was text")
    }

    fn bytes(&self, idx: u32) -> &[u8] {
        if let Some((later, idx)) = self.in_later(idx) {
            return later.bytes(idx);
        }
        let idx = idx as usize;
        let start = if idx == 0 { 0 } else { self.ends.at(idx - 1) };
        self.text.range(start..self.ends.at(idx))
    }

    /// The number of a text, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.find_own(text).or_else(|| {
            let found = self.later.as_ref()?.find_own(text)?;
            Some(found + u32::try_from(self.own_len()).unwrap_or(u32::MAX))
        })
    }

    fn find_own(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let found = self.slots.at(self.slot_of(text, hash_of(text)));
        (found != FREE).then(|| number(found))
    }

    /// The number of a text, added if new; and whether it was new.
    pub fn intern(&mut self, text: &str) -> (u32, bool) {
        if self.slots.is_mapped() {
            return self.intern_later(text);
        }
        if (self.len() + 1) * 4 > self.slots.len() * 3 {
            self.spread((self.slots.len() * 2).max(16));
        }
        let hash = hash_of(text);
        let slot = self.slot_of(text, hash);
        let found = self.slots.at(slot);
        if found != FREE {
            return (number(found), false);
        }
        let idx = u32::try_from(self.len()).expect("fewer than 2^32 distinct texts");
        let all = self.text.to_mut();
        all.extend_from_slice(text.as_bytes());
        self.ends.push(all.len());
        self.slots.to_mut()[slot] = tagged(hash, idx);
        (idx, true)
    }

    fn intern_later(&mut self, text: &str) -> (u32, bool) {
        if let Some(found) = self.find_own(text) {
            return (found, false);
        }
        let before = u32::try_from(self.own_len()).expect("fewer than 2^32 distinct texts");
        let (idx, is_new) = self.later.get_or_insert_default().intern(text);
        (before.checked_add(idx).expect("fewer than 2^32 distinct texts"), is_new)
    }

    /// Loads what looking these texts up will need, all of it at once: one text after another, a large
    /// dictionary spends most of its time waiting for memory. Changes nothing.
    pub fn warm<const N: usize>(&self, texts: &[&str; N]) {
        if let Some(later) = &self.later {
            later.warm(texts);
        }
        if self.slots.len() < WARMED_FROM {
            return;
        }
        let mask = self.slots.len() as u64 - 1;
        let slots = texts.map(|text| {
            let slot = usize::try_from(hash_of(text) & mask).unwrap_or(0);
            self.slots.at(slot)
        });
        let ends = slots.map(|slot| match slot {
            FREE => 0,
            slot => self.ends.at(number(slot) as usize),
        });
        let bytes = ends.map(|end| self.text.get(end.wrapping_sub(1)));
        // Unused loads would be left out.
        black_box(bytes);
    }

    /// The texts in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|idx| self.get(u32::try_from(idx).unwrap_or(u32::MAX)))
    }

    /// Visits its columns, to write or to fill them: its texts end to end, where each ends, and the
    /// index by which they are found.
    pub(crate) fn visit(
        &mut self,
        visitor: &mut dyn ColumnVisitor,
        name: &str,
    ) -> Result<(), StoreError> {
        self.join();
        visitor.bytes(&format!("{name}.text"), &mut self.text)?;
        visitor.numbers32(&format!("{name}.ends"), &mut self.ends.low)?;
        visitor.numbers32(&format!("{name}.ends.high"), &mut self.ends.grows_at)?;
        visitor.numbers64(&format!("{name}.slots"), &mut self.slots)?;
        let slots = self.slots.len();
        let reach = self.len().checked_sub(1).map_or(0, |last| self.ends.at(last));
        // A search ends at a free slot.
        let is_index = slots.is_power_of_two() && self.len() < slots;
        sound(reach == self.text.len() && (is_index || slots == 0 && self.is_empty()), name)
    }

    /// Whether every text is one and is found: what a checksum vouches for otherwise.
    pub fn is_sound(&self) -> bool {
        let mut start = 0;
        let is_text = (0..self.own_len()).all(|idx| {
            let end = self.ends.at(idx);
            let part =
                (start <= end && end <= self.text.len()).then(|| self.text.range(start..end));
            start = end;
            part.is_some_and(|part| std::str::from_utf8(part).is_ok())
        });
        let mut taken = self.slots.iter().filter(|&slot| slot != FREE);
        is_text
            && taken.clone().count() == self.own_len()
            && taken.all(|slot| (number(slot) as usize) < self.own_len())
            && self.later.as_ref().is_none_or(|later| later.is_sound())
    }

    /// A dictionary with another behind it becomes one, in memory: that is how a file has it.
    fn join(&mut self) {
        if self.later.is_some() {
            let mut joined = Self::default();
            joined.reserve(self.len());
            self.iter().for_each(|text| {
                joined.intern(text);
            });
            *self = joined;
        }
    }

    /// Where a text stands, or the free slot where it would.
    fn slot_of(&self, text: &str, hash: u64) -> usize {
        let is_other =
            |slot: u64| slot >> 32 != hash >> 32 || self.bytes(number(slot)) != text.as_bytes();
        self.probe(hash, |slot| slot != FREE && is_other(slot))
    }

    fn probe(&self, hash: u64, goes_on: impl Fn(u64) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = usize::try_from(hash & mask as u64).unwrap_or(0);
        while goes_on(self.slots.at(slot)) {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Makes room for so many texts in all, so that the index is not laid out again and again.
    pub fn reserve(&mut self, count: usize) {
        if self.slots.is_mapped() {
            let more = count.saturating_sub(self.own_len());
            return self.later.get_or_insert_default().reserve(more);
        }
        let slots = (count / 3 * 4 + 4).next_power_of_two();
        if slots > self.slots.len() {
            self.spread(slots);
        }
    }

    /// Lays the index out over so many slots.
    fn spread(&mut self, slots: usize) {
        // The former one makes room first.
        self.slots = Numbers::default();
        self.slots = vec![FREE; slots].into();
        for idx in 0..self.len() {
            let idx = u32::try_from(idx).unwrap_or(u32::MAX);
            let hash = hash_of_bytes(self.bytes(idx));
            let slot = self.probe(hash, |slot| slot != FREE);
            self.slots.to_mut()[slot] = tagged(hash, idx);
        }
    }
}

/// A filled slot. No text has the number that would make it look free.
fn tagged(hash: u64, idx: u32) -> u64 {
    hash >> 32 << 32 | u64::from(idx)
}

fn hash_of(text: &str) -> u64 {
    hash_of_bytes(text.as_bytes())
}

fn hash_of_bytes(text: &[u8]) -> u64 {
    let mut hasher = WordHasher::default();
    hasher.write(text);
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
    use crate::{ColumnFile, ColumnFileWriter, FileMap};

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
    fn texts_added_to_a_mapped_dictionary_stand_behind_it() {
        let mut names = Dictionary::default();
        (0..1_000).for_each(|n| assert!(names.intern(&format!("a{n}")).1));
        let stored = |names: &mut Dictionary| {
            let mut writer = ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
            names.visit(&mut writer, "names").expect("memory");
            FileMap::of_bytes(&writer.finish().expect("memory")).expect("memory")
        };
        let read = |map: FileMap| {
            let mut names = Dictionary::default();
            let mut file = ColumnFile::new(map).expect("it is whole");
            names.visit(&mut file, "names").expect("it is whole");
            names
        };
        let mut mapped = read(stored(&mut names));
        mapped.reserve(2_000);
        for n in (500..2_000).chain(0..2_000) {
            assert_eq!(mapped.intern(&format!("a{n}")), names.intern(&format!("a{n}")));
        }
        assert!(mapped.slots.is_mapped() || cfg!(target_endian = "big"));
        mapped.warm(&["a1", "a1999"]);
        assert!(mapped.iter().eq(names.iter()) && mapped.len() == 2_000 && mapped.is_sound());
        assert_eq!((mapped.find("a1999"), mapped.find("a2000")), (Some(1_999), None));
        let again = read(stored(&mut mapped));
        assert!(again.iter().eq(names.iter()) && again.find("a1999") == Some(1_999));
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
