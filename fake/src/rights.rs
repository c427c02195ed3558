//! Permission sets: those that an API key has, and those that an operation needs.
//!
//! This module does not depend on calls or on the storage of policies. Conditions of rules are not evaluated: a rule
//! with a condition applies.

mod areas;

pub(crate) use areas::{Needed, is_of_organization, needed, needed_in_storage};

use crate::response::ApiError;

/// The permissions of an API key: the permission sets of each rule, and the projects that they apply to (`None`: the
/// whole organization).
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants(pub(crate) Vec<(Vec<String>, Option<Vec<String>>)>);

/// The place of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this project.
    Project(String),
    /// In all projects that the caller has access to.
    Anywhere,
}

/// The objects that a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// All of them.
    All,
    /// Those in these projects.
    Projects(Vec<String>),
}

impl Grants {
    /// The objects that one of these permission sets shows; `None` if no rule applies.
    fn visibility(&self, needed: &Needed, place: &Place) -> Option<Visibility> {
        let fitting = self.0.iter().filter(|(sets, _)| sets.iter().any(|set| needed.sets.contains(&set.as_str())));
        let mut projects = Vec::new();
        for (_, scope) in fitting {
            match scope {
                None => return Some(Visibility::All),
                Some(_) if needed.organization => {}
                Some(scope) => projects.extend(scope.iter().cloned()),
            }
        }
        let fits = match place {
            Place::Project(project) => projects.contains(project),
            Place::Anywhere => !projects.is_empty(),
        };
        fits.then_some(Visibility::Projects(projects))
    }

    /// 403 if no rule allows the operation, otherwise the objects that a list shows.
    pub(crate) fn check(&self, needed: &Needed, place: &Place) -> Result<Visibility, ApiError> {
        self.visibility(needed, place).ok_or_else(|| ApiError::denied(needed.resource, needed.action))
    }
}
