//! Whether a text is a schedule as cron takes them: five fields, or a word such as `@hourly`. Knows no calendar: the 31st
//! of February is a schedule, of something that never happens.

/// A field: what it is called, its bounds, and the names its values have beside numbers.
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
    // Sunday is 0, and 7 as well.
    Field { name: "weekday", least: 0, most: 7, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/// Words that stand for a schedule.
const WORDS: [&str; 7] = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];

/// What is wrong with a schedule, as the end of a sentence; nothing if it is one.
pub(super) fn fault(text: &str) -> Option<String> {
    if text.starts_with('@') {
        return (!WORDS.contains(&text)).then(|| format!("the words are {}", WORDS.join(", ")));
    }
    let given: Vec<&str> = text.split_whitespace().collect();
    if given.len() != FIELDS.len() {
        return Some(format!("it has {} fields instead of 5", given.len()));
    }
    FIELDS.iter().zip(given).find_map(|(field, given)| given.split(',').find_map(|part| field.fault(part)))
}

impl Field {
    /// What is wrong with one part of a list: `*`, `5`, `1-5`, each perhaps with a step as in `*/10`.
    fn fault(&self, part: &str) -> Option<String> {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        if let Some(step) = step.filter(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
            return Some(format!("its {} has the step {step}, which is no count", self.name));
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
            Some(Ok(last)) if last < first => Some(format!("its {} {range} ends before it begins", self.name)),
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
            _ => Err(format!("its {name} {text} is not between {least} and {most}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_of_every_form_are_taken() {
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
    fn what_is_wrong_is_told_of_the_field_that_is() {
        for (schedule, told) in [
            ("", "it has 0 fields instead of 5"),
            ("0 0 3 * * *", "it has 6 fields instead of 5"),
            ("60 * * * *", "its minute 60 is not between 0 and 59"),
            ("* 9-25 * * *", "its hour 25 is not between 0 and 23"),
            ("* * 0 * *", "its day 0 is not between 1 and 31"),
            ("* * * foo *", "its month foo is not between 1 and 12"),
            ("* * * * fri-tue", "its weekday fri-tue ends before it begins"),
            ("*/0 * * * *", "its minute has the step 0, which is no count"),
            ("1, * * * *", "its minute  is not between 0 and 59"),
            ("+5 * * * *", "its minute +5 is not between 0 and 59"),
            ("@sometimes", "the words are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"),
        ] {
            assert_eq!(fault(schedule).as_deref(), Some(told), "{schedule}");
        }
    }
}
