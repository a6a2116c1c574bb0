"""What is found when a data file is read: a fix-it list, the worst first (OPN-5; 001 第二十六条)."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from ckanext.govshare.domain.wording import Message

Finding = dict[str, Any]
SEVERITIES = ("error", "warning", "note")

# code: how bad, what it says. A file with an error is refused; its text tells the clerk what to mend.
FINDINGS: Mapping[str, tuple[str, Message]] = {
    # the file as a whole
    "empty_file": ("error", Message("The file is empty.")),
    "unknown_format": ("error", Message("This is no format that the portal reads. Save the data as CSV or XLSX.")),
    "wrong_extension": ("warning", Message("The name says {claimed}, but the content is {found}; it was read as {found}.")),
    "not_data": ("error", Message("The file is {found}, not data, whatever its name says. Upload the table itself.")),
    "archive": ("error", Message("The file is an archive ({found}). Unpack it and upload the files one by one.")),
    "old_spreadsheet": ("error", Message("This kind of spreadsheet ({found}) is not read. Save it as XLSX.")),
    "old_document": ("error", Message("This is a document ({found}), no table. Upload the table itself as XLSX or CSV.")),
    "password_protected": ("error", Message("The workbook is protected by a password. Save it without one.")),
    "damaged": ("error", Message("The file is damaged and cannot be opened as {found}. Save it again and upload the new file.")),
    "zip_bomb": ("error", Message("Unpacked, the workbook would have more than {limit} MB. Split it, or save it as CSV.")),
    "sheet_too_large": ("error", Message("The sheet has more than {limit} cells. Split it, or save it as CSV.")),
    "more_of_these": ("note", Message("… and {count} more like this.")),
    # stopped from outside
    "out_of_memory": ("error", Message("Reading the file took too much memory. Split it, or save it as CSV.")),
    "too_slow": ("error", Message("Reading the file took too long. Split it, or save it as CSV.")),
    "too_big": ("error", Message("What the file contains is larger than the portal allows.")),
    "crashed": ("error", Message("Reading the file stopped unexpectedly. Save it again, or in another format.")),
    "reader_gave_up": ("error", Message("Reading the file broke off {count} times. Read it once more, or split it.")),
    "not_loaded": ("error", Message("The rows do not fit the columns that were found: {reason}")),
    "row_too_wide": ("error", Message("A row holds more than the database keeps in one. Split the table by its columns.")),
    # fetching a link
    "link_address": ("error", Message("This is no address of a file: it begins with http:// or https:// and a host.")),
    "link_credentials": ("error", Message("The address holds a user name or password. Only files that need none are fetched.")),
    "link_port": ("error", Message("Files are not fetched from port {port}. Ask the platform's operator to allow it.")),
    "link_unknown_host": ("error", Message("The host of the address is not known.")),
    "link_not_public": ("error", Message("The address leads into a network that is not public. "
                                         "Ask the platform's operator to allow it, or upload the file.")),
    "link_redirects": ("error", Message("The address leads on and on (more than {limit} times).")),
    "link_certificate": ("error", Message("The host's certificate is not valid, so nobody knows whose data this would be.")),
    "link_unreachable": ("error", Message("The host does not answer as it should, or broke off.")),
    "link_too_slow": ("error", Message("Fetching the file took too long.")),
    "link_too_big": ("error", Message("The linked file has more than {limit} MB, the most that the portal takes.")),
    "link_status": ("error", Message("The host answers with the error {status} instead of the file.")),
    "link_compressed": ("error", Message("The host sends the file compressed, unasked. Link it uncompressed, or upload it.")),
    # text
    "undecodable": ("error", Message("Some bytes here are no characters of {encoding}. Save the file as UTF-8.")),
    "nul_bytes": ("error", Message("The text contains NUL bytes: it is no text table, or damaged. Save it again as CSV.")),
    "private_characters": ("warning", Message("“{value}” has a character that only some computers show. Use its Unicode one.")),
    "control_characters": ("warning", Message("Invisible control characters were left out.")),
    "line_too_long": ("error", Message("This line has more than {limit} bytes. Is it a table with line ends?")),
    "cell_too_long": ("error", Message("A cell has more than {limit} characters. Is a quotation mark missing above?")),
    "quote_missing": ("error", Message("In this row a quotation mark is opened and never closed; it swallows the rows below.")),
    "cell_of_rows": ("warning",
                     Message("A cell runs over {count} lines that look like rows. Is a quotation mark too many there?")),
    # JSON, XML, GeoJSON, RDF, documents
    "json_invalid": ("error", Message("The JSON is faulty here, at character {position}: {reason}")),
    "xml_invalid": ("error", Message("The XML is faulty here: {reason}")),
    "xml_entities": ("error", Message("The XML declares a document type or entities (<!DOCTYPE …>). Leave them out.")),
    "rdf_invalid": ("error", Message("The RDF is faulty: {reason}")),
    "remote_context": ("error", Message("The JSON-LD refers to a context on another host. Write the context into the file.")),
    "no_statements": ("error", Message("The RDF holds no statement.")),
    "nested_too_deep": ("error", Message("Values are nested too deep in each other. Save the data as a table.")),
    "value_too_long": ("error", Message("A value has more than {limit} characters: too long for a table.")),
    "number_too_large": ("error", Message("The number is too large or too small for a table.")),
    "no_feature": ("error", Message("This member of the list “features” is no GeoJSON feature with properties.")),
    "no_geometry": ("error", Message("The geometry is none of GeoJSON's (type and coordinates).")),
    "coordinates_swapped": ("error", Message("The position {position} is not on the earth: longitude and latitude seem swapped. "
                                             "GeoJSON puts the longitude first.")),
    "coordinates_outside": ("error", Message("The position {position} is not on the earth. GeoJSON has degrees of longitude "
                                             "(-180 to 180) and latitude (-90 to 90), no metres of a projection.")),
    "table_inside": ("note", Message("The table was made of “{path}”.")),
    "other_lists": ("warning", Message("Other lists of the file are not in the table: {others}. Upload each as its own file.")),
    "repeated_names": ("warning",
                       Message("An object has this name more than once; only the last value was kept ({count} were left out); "
                               "this is the first. Give each value a name of its own.")),
    "text_left_out": ("warning", Message("“{value}” stands beside the elements of the row, in no column: it was left out.")),
    "nested_values": ("note", Message("The column holds nested values; they are shown as JSON text.")),
    "no_table": ("note", Message("The file is valid, but no list of like things: it is offered as it is, without a table.")),
    "not_machine_readable": ("note", Message("Machines cannot read data in this kind of file ({found}). "
                                             "Offer the data as a table, too.")),
    # structure of the table
    "no_rows": ("error", Message("There is no row of data under the header.")),
    "no_header": ("error", Message("No header row was found. The first row must name the columns.")),
    "header_below": ("note", Message("The header is row {header}; what stands above it was left out.")),
    "too_many_columns": ("error", Message("The table has {count} columns; at most {limit} are possible.")),
    "too_many_cells": ("error", Message("This row has {count} cells, but the header has {expected}.")),
    "too_few_cells": ("warning", Message("This row has {count} cells, but the header has {expected}; the rest was left blank.")),
    "blank_header": ("warning", Message("Column {position} has no name; it is called “{name}”.")),
    "duplicate_header": ("warning", Message("The name stands above several columns; column {position} is called “{name}”.")),
    "long_header": ("warning", Message("The name is longer than {limit} bytes; in the table it is cut to “{name}”.")),
    "reserved_header": ("warning", Message("The database keeps this name for itself; in the table the column is called “{name}”. "
                                           "Rename it if another name is better.")),
    "renamed_headers": ("warning", Message("The database does not take these names as they are; in the table the columns have "
                                           "others ({count}): {names}. Rename them if other names are better.")),
    "spaced_headers": ("note", Message("Line ends and blanks inside of names became one blank ({count}): {names}.")),
    "undivided": ("warning", Message("The rows have “{delimiter}” and the heading has none: the file was read as one column. "
                                     "If it has several, name each of them in the heading.")),
    "joined_header": ("note", Message("The header has two rows; they were joined into one name for each column.")),
    "empty_column": ("warning", Message("The column has no values.")),
    "empty_columns_left_out": ("note", Message("Columns without name and values were left out ({count}).")),
    "blank_rows": ("note", Message("Blank rows were left out ({count}); this is the first.")),
    "total_row": ("warning", Message("“{value}”: a total under the table is not data and was left out.")),
    "note_row": ("warning", Message("“{value}”: a note under the table is not data and was left out.")),
    "merged_cells": ("warning", Message("Merged cells ({range}): each of their rows was given the value.")),
    "merged_blank": ("warning", Message("Merged cells ({range}): only the first has the value. Undo the merge and fill in.")),
    "merged_covers": ("warning", Message("Merged cells ({range}) cover values that nobody sees in the sheet; they were left out, "
                                         "but the original file would publish them. Undo the merge and look at them.")),
    "other_sheets": ("warning", Message("Sheet “{sheet}” was read, the others were not: {others}. Upload each as its own file.")),
    "hidden_sheets": ("warning", Message("The workbook has hidden sheets, which the original file would publish too: {others}.")),
    "hidden_columns": ("warning", Message("The column is hidden in the sheet, but would be published: is it meant to be?")),
    "hidden_rows": ("warning", Message("Rows are hidden in the sheet, but would be published ({count}); this is the first.")),
    "hidden_cells": ("warning", Message("The number format of cells shows nothing of their values, which would be published "
                                        "({count} cells); this is the first.")),
    "no_date": ("warning", Message("Cells have a date's format, but {value} is no date: such numbers were kept as stored "
                                   "({count} cells); this is the first.")),
    "formula_error": ("warning", Message("The cell shows the error {value}; it was left blank.")),
    "no_formula_values": ("error", Message("Cells hold formulas without results. Save the file in a spreadsheet program.")),
    # values
    "mixed_types": ("warning", Message("“{value}” is not {type}, unlike {share} percent of the column; it is kept as text.")),
    "codes_as_text": ("note", Message(
        "The values are codes (such as leading zeros, many digits, or the look of 1E5); they are kept as text.")),
    "exponent": ("note", Message("“{value}” and the like are numbers with an exponent and were written out ({count} cells). "
                                 "If they are codes, enter them as text.")),
    "rewritten": ("note", Message("Values were written as their type is: “{value}” became “{made}” ({count} cells like this).")),
    "apostrophes": ("note", Message("“{value}” begins with an apostrophe as the portal's exports put it before what looks like a "
                                    "formula: it was left out ({count} cells); this is the first.")),
    "trimmed": ("note", Message("Blanks before and after values were left out ({count} cells); this is the first.")),
    "placeholders": ("warning", Message("Cells with “{value}” or the like instead of a value were left blank ({count} cells).")),
    "percent": ("note", Message("Percentages were turned into numbers: 0.125 for 12.5%.")),
    "beijing_time": ("note", Message("Times with a time zone were turned into Beijing time.")),
    "precision_lost": ("warning", Message("Long codes were stored as numbers, which keep 15 digits: the last ones are lost. "
                                          "Enter such codes as text.")),
    "scientific_notation": ("warning", Message("“{value}” is a number that a spreadsheet program shortened: digits are lost.")),
    "date_serials": ("warning", Message("The column holds numbers such as {value} that look like a spreadsheet's dates; "
                                        "format its cells as dates.")),
    # agreement with the entry's information items
    "missing_item": ("warning", Message("The entry's information item is not a column of the file.")),
    "extra_column": ("warning", Message("The column is not among the entry's information items.")),
    "type_disagrees": ("warning", Message("The entry says {expected}, but the column holds {type}.")),
    "longer_than_declared": ("warning",
                             Message("The entry says at most {expected} characters, the longest value has {longest}.")),
    "columns_changed": ("warning", Message("The columns differ from those of the published file: {changes}. "
                                           "The new file is published by a review of the entry.")),
    "overtaken": ("warning", Message("A newer file was published in the meantime; this one stays unpublished.")),
}

TYPES: Mapping[str, Message] = {
    "text": Message("text"),
    "int8": Message("a whole number"),
    "numeric": Message("a number"),
    "float8": Message("a number"),
    "date": Message("a date"),
    "timestamp": Message("a time"),
    "bool": Message("true or false"),
}
# What an entry's information item says by its data type.
DECLARED: Mapping[str, Message] = {
    "N": TYPES["numeric"], "Y": Message("an amount of money"), "D": TYPES["date"], "T": TYPES["timestamp"], "L": TYPES["bool"],
    "B": TYPES["numeric"], "I": TYPES["int8"], "F": TYPES["numeric"],
}


def finding(code: str, /, *, row: int | None = None, column: str | None = None, **params: Any) -> Finding:
    """A finding as it is stored. `row` and `column` are those of the source, counted from 1 and named by its header."""
    return {"severity": FINDINGS[code][0], "code": code, "row": row, "column": column, "params": params}


def describe(found: Mapping[str, Any]) -> Message:
    """The text of a stored finding; row and column are shown beside it. A code of an older release gives a plain text."""
    known = FINDINGS.get(found["code"])
    if known is None:
        return Message("Something was found that this release does not know: {code}", code=found["code"])
    params: dict[str, Any] = {name: "" for _, name, _, _ in Formatter().parse(known[1].text) if name}
    params.update(found.get("params") or {})
    if "type" in params:
        params["type"] = TYPES.get(params["type"], params["type"])
    if known[1] is FINDINGS["type_disagrees"][1]:
        params["expected"] = DECLARED.get(params.get("expected", ""), params.get("expected"))
    return Message(known[1].text, **params)


def worst_first(findings: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Errors, then warnings, then notes; each in the order of the file. What has no row concerns the whole and stands first."""
    return sorted((dict(found) for found in findings), key=lambda found: (SEVERITIES.index(found["severity"]), found["row"] or 0))


def refuses(findings: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a file with these findings is refused."""
    return any(found["severity"] == "error" for found in findings)
