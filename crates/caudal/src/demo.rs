//! A fictional case to try everything on: two victims, two countries, two currencies.
//!
//! Every name is visibly invented. The case holds one of each difficulty: money of several origins
//! in one account, conversions both ways, a round trip, an overdraft that an origin's money repays,
//! an account without a statement, and a day whose order matters.

use std::path::{Path, PathBuf};

use caudal_explain::Message;

use crate::error::{Error, ErrorKind};

/// The transfers of the demo case.
pub const TRANSFERS: &str = "\
id,date,payer,payee,amount,currency,label,received_amount,received_currency
v1,2025-03-03,@victim-one,NOWHERE-01,10000.00,USD,VICTIM-ONE,,
w1,2025-03-04,@demo-employer,NOWHERE-01,3000.00,USD,wages,,
n1,2025-03-05,NOWHERE-01,NOWHERE-02,6000.00,USD,,,
v2,2025-03-06,@victim-two,NOWHERE-02,8000.00,USD,VICTIM-TWO,,
x1,2025-03-07,NOWHERE-02,FANTASIA-77,9000.00,USD,,153000.00,MXN
f1,2025-03-10,FANTASIA-77,@autos-imaginarios,120000.00,MXN,,,
f2,2025-03-11,FANTASIA-77,FANTASIA-78,60000.00,MXN,,,
f3,2025-03-12,FANTASIA-78,@efectivo-demo,15000.00,MXN,,,
f4,2025-03-13,FANTASIA-78,FANTASIA-77,20000.00,MXN,,,
x2,2025-03-14,FANTASIA-77,NOWHERE-01,34000.00,MXN,,2000.00,USD
n2,2025-03-17,NOWHERE-01,@demo-landlord,12500.00,USD,,,
v3,2025-03-18,@victim-two,NOWHERE-01,4000.00,USD,VICTIM-TWO,,
n3,2025-03-19,NOWHERE-02,GHOST-09,3000.00,USD,,,
g1,2025-03-20,GHOST-09,NOWHERE-01,500.00,USD,,,
n4,2025-03-21,NOWHERE-01,@demo-goldsmith,2200.00,USD,,,
w2,2025-03-21,@demo-employer,NOWHERE-01,1000.00,USD,wages,,
";

/// The opening balances of the demo case.
pub const OPENINGS: &str = "\
account,currency,amount,label
NOWHERE-01,USD,2000.00,own
FANTASIA-77,MXN,50000.00,own
";

/// The accounts of the demo case, and whose statement is held.
pub const ACCOUNTS: &str = "\
account,statement,institution,country
NOWHERE-01,held,First Bank of Nowhere (fictional),US
NOWHERE-02,held,First Bank of Nowhere (fictional),US
FANTASIA-77,held,Banco de Fantasía (ficticio),MX
FANTASIA-78,held,Banco de Fantasía (ficticio),MX
GHOST-09,missing,Ghost Savings (fictional),US
";

/// The origins that the demo asks about.
pub const FROM: [&str; 2] = ["label:VICTIM-ONE", "label:VICTIM-TWO"];

/// Files that were written, and the folder they are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The case folder.
    pub folder: PathBuf,
    /// The files, in order.
    pub files: Vec<PathBuf>,
}

/// Writes the demo case into a folder, which is made. Files of another demo are written again; a
/// folder that holds anything else is left alone.
pub fn write(folder: &Path) -> Result<Written, Error> {
    let files =
        [("transfers.csv", TRANSFERS), ("openings.csv", OPENINGS), ("accounts.csv", ACCOUNTS)];
    if folder.exists() && !is_demo(folder) {
        let message = Message::new("error-exists").with("path", folder.display());
        return Err(Error::new(ErrorKind::Request, message).hint(Message::new("hint-exists")));
    }
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut written = Written { folder: folder.to_owned(), files: Vec::new() };
    for (name, text) in files {
        written.add(name, text)?;
    }
    Ok(written)
}

impl Written {
    /// Writes one more file into the folder.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        std::fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
        self.files.push(path);
        Ok(())
    }
}

/// Whether a folder is empty or holds the transfers of this demo.
#[expect(clippy::disallowed_methods, reason = "the façade is the door to the disk")]
fn is_demo(folder: &Path) -> bool {
    let is_empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let same = |text: String| text == TRANSFERS;
    is_empty || std::fs::read_to_string(folder.join("transfers.csv")).is_ok_and(same)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    let message = Message::new("error-file-write").with("path", path.display()).with("why", error);
    Error::new(ErrorKind::Storage, message).hint(Message::new("hint-file-unwritable"))
}
