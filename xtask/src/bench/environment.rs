//! The Python environment that the run makes for the programs of others.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::options::Peer;
use crate::command;

/// What could be had.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    pub(crate) python: PathBuf,
    /// The peers whose packages are all there.
    pub(crate) peers: Vec<Peer>,
    /// Versions, for the page.
    pub(crate) versions: Vec<String>,
    /// What could not be had, and why.
    pub(crate) missing: Vec<String>,
}

impl Environment {
    /// Makes it in a folder, or takes the one that an earlier run kept there.
    pub(crate) fn make(folder: &Path, asked: &[Peer]) -> Result<Self, String> {
        let mut environment = Self::default();
        if asked.is_empty() {
            return Ok(environment);
        }
        let bin = if cfg!(windows) { "Scripts" } else { "bin" };
        environment.python = folder.join(bin).join("python");
        if !command::succeeds(Command::new(&environment.python).arg("--version")) {
            println!("making a Python environment");
            command::check(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        }
        let mut packages: Vec<&str> =
            asked.iter().flat_map(|peer| peer.packages()).copied().collect();
        packages.sort_unstable();
        packages.dedup();
        packages.retain(|package| environment.install(package));
        let has_all = |peer: &&Peer| peer.packages().iter().all(|name| packages.contains(name));
        environment.peers = asked.iter().filter(has_all).copied().collect();
        Ok(environment)
    }

    /// Installs one package by its name; whether it is there.
    fn install(&mut self, package: &str) -> bool {
        println!("installing {package}");
        let mut pip = Command::new(&self.python);
        pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "install", package]);
        let version = command::output(&mut pip).and_then(|_| self.version(package));
        match version {
            Ok(version) => self.versions.push(format!("{package} {version}")),
            Err(reason) => {
                let reason = reason.lines().last().unwrap_or_default().to_owned();
                self.missing.push(format!("`{package}` could not be installed: {reason}"));
                return false;
            }
        }
        true
    }

    fn version(&self, package: &str) -> Result<String, String> {
        let ask = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))";
        let said = command::output(Command::new(&self.python).args(["-c", ask, package]))?;
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }
}
