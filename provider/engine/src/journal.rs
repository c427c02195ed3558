//! The journal: the unfinished creates, updates and deletes, for the next process; and the objects of a stack that one process has
//! seen. Makes no calls and reads no files.
//!
//! An attempt is noted before the creating call is sent, completed with the ID when the call was answered, and closed when
//! the engine shows that it stores the object, or when the call was rejected. It contains no secrets.
//!
//! Several processes may create objects for one URN at the same time (`pulumi do --stateless`). An attempt therefore has the ID
//! of its process: while that runs, no other process adopts the object, and afterwards one of them does.

mod entries;
mod interruptions;
mod lines;
mod names;

pub use entries::Journal;
pub(crate) use entries::{JournalEntries, NoJournal};
pub use interruptions::after_interruption;
pub use lines::{Attempt, Interruption, Line, Unfinished, unfinished};
pub use names::Names;
