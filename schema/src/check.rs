//! Rules that concern descriptors as such, alone and among each other: tokens, names, texts.
//!
//! It knows no API document; what must fit one is looked up in `resolve`.

use crate::findings::Findings;
use crate::load::Offer;
use crate::resolve::Resolved;

/// Notes every broken rule among the findings.
pub fn check(_offer: &Offer, _resolved: &[Resolved<'_>], _findings: &mut Findings) {}
