//! A world's files as evidence, and what its rows truly are.

use std::collections::BTreeMap;

use caudal::assemble::{Assembled, EntryAt, assemble};
use caudal::folder::{ReadCase, Source};
use caudal_testkit::worlds::{EntryId, World};

/// Some of a world's files.
pub(crate) struct Desk {
    sources: Vec<Source>,
    /// Positions of the world's files by name.
    positions: BTreeMap<String, usize>,
}

impl Desk {
    pub(crate) fn new(world: &World) -> Self {
        let positions = world.files.iter().enumerate().map(|(at, f)| (f.name.clone(), at));
        Self { positions: positions.collect(), sources: Vec::new() }
    }

    /// The desk with every file of the world.
    pub(crate) fn full(world: &World) -> Self {
        let mut desk = Self::new(world);
        for file in 0..world.files.len() {
            desk.add(world, file);
        }
        desk
    }

    /// Adds one file.
    pub(crate) fn add(&mut self, world: &World, file: usize) {
        let found = &world.files[file];
        self.sources.push(Source { name: found.name.clone(), bytes: found.bytes.clone() });
    }

    /// Everything, read and put together.
    pub(crate) fn assembled(&self) -> (ReadCase, Assembled) {
        let read = ReadCase::of_sources(&self.sources);
        let assembled = assemble(&read, &[]);
        (read, assembled)
    }

    /// What an entry truly is.
    pub(crate) fn truth(&self, world: &World, read: &ReadCase, entry: &EntryAt) -> Option<EntryId> {
        let file = self.positions[&read.files[entry.file].record.name];
        world.entry_at(file, entry.of(read).row)
    }
}
