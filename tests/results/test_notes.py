"""What is said of a run is data until a door shows it."""

from sweeprun.results.notes import Note, NoteKind


def test_a_note_says_what_it_is_about() -> None:
    note = Note(kind=NoteKind("labels"), name="t", text="close")
    assert (note.kind, note.name, note.text) == (NoteKind.LABELS, "t", "close")
