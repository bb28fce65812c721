//! The names of a crowd: first names of the Nordic countries.

const FIRST_NAMES: [&str; 96] = [
    "Åse",
    "Bjørn",
    "Solveig",
    "Magnus",
    "Ingrid",
    "Lars",
    "Sigrid",
    "Håkon",
    "Astrid",
    "Erik",
    "Kari",
    "Olav",
    "Liv",
    "Torstein",
    "Marit",
    "Jens",
    "Freja",
    "Mikkel",
    "Signe",
    "Rasmus",
    "Karen",
    "Søren",
    "Ida",
    "Anders",
    "Maja",
    "Emil",
    "Ellen",
    "Nils",
    "Elin",
    "Gustav",
    "Linnea",
    "Oskar",
    "Saga",
    "Axel",
    "Ebba",
    "Viktor",
    "Aino",
    "Eero",
    "Helmi",
    "Onni",
    "Venla",
    "Väinö",
    "Aada",
    "Juhani",
    "Kaisa",
    "Mikko",
    "Elina",
    "Antti",
    "Guðrún",
    "Jón",
    "Sigríður",
    "Einar",
    "Katrín",
    "Gunnar",
    "Hildur",
    "Ólafur",
    "Birta",
    "Kári",
    "Embla",
    "Baldur",
    "Rannvá",
    "Bárður",
    "Marjun",
    "Jógvan",
    "Máret",
    "Niillas",
    "Elle",
    "Áilu",
    "Ravdna",
    "Mihkkal",
    "Sunniva",
    "Trygve",
    "Ragnhild",
    "Sverre",
    "Gro",
    "Kjell",
    "Tuva",
    "Sondre",
    "Vilde",
    "Jonas",
    "Thea",
    "Sander",
    "Nora",
    "Henrik",
    "Amalie",
    "Mathias",
    "Synnøve",
    "Eirik",
    "Hedda",
    "Aksel",
    "Turid",
    "Leif",
    "Berit",
    "Odd",
    "Unni",
    "Arne",
];

/// The name of a crowd's guest, by number: none comes twice.
pub(super) fn name(number: usize) -> String {
    let first = FIRST_NAMES[number % FIRST_NAMES.len()];
    match number / FIRST_NAMES.len() {
        0 => first.to_owned(),
        round => {
            // A middle initial, as in a class with three Idas.
            let initial = char::from(b'A' + ((round - 1) % 26) as u8);
            let more = (round - 1) / 26;
            if more == 0 { format!("{first} {initial}.") } else { format!("{first} {initial}. {}", more + 1) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use torg_protocol::text::PersonName;

    #[test]
    fn names_are_names_and_each_its_own() {
        let names: BTreeSet<String> = (0..5_000).map(name).collect();
        assert_eq!(names.len(), 5_000);
        assert!(names.iter().all(|name| PersonName::parse(name).is_ok()));
    }
}
