//! Permission sets: those that an API key has, and those that an operation needs.
//!
//! This module does not know calls, or where policies are kept. Conditions of rules are ignored: a rule with one counts as
//! fulfilled.

mod areas;

pub(crate) use areas::{Needed, is_of_organization, needed, needed_in_storage};

use crate::answer::Refusal;

/// The permissions of an API key: each rule's permission sets, and the projects they hold in (`None`: the whole organization).
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants(pub(crate) Vec<(Vec<String>, Option<Vec<String>>)>);

/// Where an operation is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this project.
    Project(String),
    /// In all projects that the caller may look at.
    Anywhere,
}

/// The objects that a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of them.
    All,
    /// Those in these projects.
    Projects(Vec<String>),
}

impl Grants {
    /// What may be seen with one of these sets; nothing at all when no rule holds there.
    fn sight(&self, needed: &Needed, place: &Place) -> Option<Sight> {
        let fitting = self.0.iter().filter(|(sets, _)| sets.iter().any(|set| needed.sets.contains(&set.as_str())));
        let mut projects = Vec::new();
        for (_, scope) in fitting {
            match scope {
                None => return Some(Sight::All),
                Some(_) if needed.organization => {}
                Some(scope) => projects.extend(scope.iter().cloned()),
            }
        }
        let fits = match place {
            Place::Project(project) => projects.contains(project),
            Place::Anywhere => !projects.is_empty(),
        };
        fits.then_some(Sight::Projects(projects))
    }

    /// 403 for what no rule allows, else the objects that a list shows.
    pub(crate) fn check(&self, needed: &Needed, place: &Place) -> Result<Sight, Refusal> {
        self.sight(needed, place).ok_or_else(|| Refusal::denied(needed.resource, needed.action))
    }
}
