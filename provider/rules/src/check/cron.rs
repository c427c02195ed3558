//! Validates cron schedules: five fields, or a macro such as `@hourly`. The calendar is not checked: 31 February is valid.

/// A field: its name, its bounds, and the names of its values.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, names: &[] },
    Field { name: "hour", least: 0, most: 23, names: &[] },
    Field { name: "day", least: 1, most: 31, names: &[] },
    Field {
        name: "month",
        least: 1,
        most: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    // Sunday is 0 or 7.
    Field { name: "weekday", least: 0, most: 7, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/// Macros that replace the five fields.
const MACROS: [&str; 7] = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];

/// The reason why a schedule is invalid, as the end of a sentence; `None` if it is valid.
pub(super) fn fault(text: &str) -> Option<String> {
    if text.starts_with('@') {
        return (!MACROS.contains(&text)).then(|| format!("the allowed macros are {}", MACROS.join(", ")));
    }
    let given: Vec<&str> = text.split_whitespace().collect();
    if given.len() != FIELDS.len() {
        return Some(format!("it has {} fields instead of 5", given.len()));
    }
    FIELDS.iter().zip(given).find_map(|(field, given)| given.split(',').find_map(|part| field.fault(part)))
}

impl Field {
    /// The reason why one element of a list is invalid: `*`, `5` or `1-5`, each with an optional step as in `*/10`.
    fn fault(&self, part: &str) -> Option<String> {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        if let Some(step) = step.filter(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
            return Some(format!("the {} step {step} is not a positive integer", self.name));
        }
        if matches!(range, "*" | "?") {
            return None;
        }
        let (first, last) = range.split_once('-').map_or((range, None), |(first, last)| (first, Some(last)));
        let first = match self.value(first) {
            Ok(first) => first,
            Err(fault) => return Some(fault),
        };
        match last.map(|last| self.value(last)) {
            Some(Err(fault)) => Some(fault),
            Some(Ok(last)) if last < first => Some(format!("the {} range {range} ends before it starts", self.name)),
            _ => None,
        }
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let Self { name, least, most, names } = self;
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let named = named.and_then(|place| u32::try_from(place).ok()).map(|place| place + least);
        let number = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        match named.or_else(number) {
            Some(value) if (*least..=*most).contains(&value) => Ok(value),
            _ => Err(format!("{name} {text} is not between {least} and {most}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_schedule_is_accepted() {
        for schedule in [
            "* * * * *",
            "*/15 0 1,15 * 1-5",
            "5 4 * JAN-mar sun",
            "0 22 * * 7",
            "10-50/10 ? * * ?",
            "0  3\t* * *",
            "@daily",
        ] {
            assert_eq!(fault(schedule), None, "{schedule}");
        }
    }

    #[test]
    fn the_reason_names_the_invalid_field() {
        for (schedule, reason) in [
            ("", "it has 0 fields instead of 5"),
            ("0 0 3 * * *", "it has 6 fields instead of 5"),
            ("60 * * * *", "minute 60 is not between 0 and 59"),
            ("* 9-25 * * *", "hour 25 is not between 0 and 23"),
            ("* * 0 * *", "day 0 is not between 1 and 31"),
            ("* * * foo *", "month foo is not between 1 and 12"),
            ("* * * * fri-tue", "the weekday range fri-tue ends before it starts"),
            ("*/0 * * * *", "the minute step 0 is not a positive integer"),
            ("1, * * * *", "minute  is not between 0 and 59"),
            ("+5 * * * *", "minute +5 is not between 0 and 59"),
            ("@sometimes", "the allowed macros are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"),
        ] {
            assert_eq!(fault(schedule).as_deref(), Some(reason), "{schedule}");
        }
    }
}
