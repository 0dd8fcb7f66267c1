// SPDX-License-Identifier: Apache-2.0

import Foundation
import ObserverModel
import Testing

/// A line of the corpus with the level that a person gave it.
struct LabelledLine: Sendable {
    var level: Level
    var bytes: [UInt8]
    /// Where it stands: `spark.train.tsv:12`.
    var place: String

    /// The line for a failure's message: printable, and not without end.
    var excerpt: String {
        String(
            String(decoding: bytes.prefix(160), as: UTF8.self).unicodeScalars.map {
                $0.value < 32 ? "?" : Character($0)
            }
        )
    }
}

/// The labelled lines in `Corpus/levels`: one file a system, `LEVEL<TAB>line`.
///
/// What does not print is written as `\n \t \r \\ \xNN`.
///
/// Files named `.train.tsv` were there when the detector was written, those named `.held.tsv` were written afterwards.
/// All lines were made up in the shapes that the systems write.
struct LevelsCorpus: Sendable {
    struct System: Sendable {
        var name: String
        var lines: [LabelledLine]
    }

    /// The systems by name.
    let systems: [System]

    /// All lines.
    var lines: [LabelledLine] { systems.flatMap(\.lines) }

    /// Reads the corpus.
    static func load() throws -> LevelsCorpus {
        let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Corpus/levels")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".tsv") }
        return LevelsCorpus(
            systems: try names.sorted().map { name in
                System(
                    name: name,
                    lines: try parse([UInt8](Data(contentsOf: folder.appendingPathComponent(name))), name)
                )
            }
        )
    }

    private static func parse(_ file: [UInt8], _ name: String) throws -> [LabelledLine] {
        try file.split(separator: UInt8(ascii: "\n")).enumerated().map { number, row in
            let place = "\(name):\(number + 1)"
            let tab = try #require(row.firstIndex(of: UInt8(ascii: "\t")), "\(place) has no tab")
            let label = String(decoding: row[..<tab], as: UTF8.self)
            let level = try #require(Level(named: label), "\(place) has no level's name")
            return LabelledLine(level: level, bytes: try unescape(row[(tab + 1)...], place), place: place)
        }
    }

    private static func unescape(_ text: ArraySlice<UInt8>, _ place: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == UInt8(ascii: "\\") else {
                bytes.append(text[index])
                index += 1
                continue
            }
            let letter = try #require(text[(index + 1)...].first, "\(place) ends with a backslash")
            index += 2
            switch letter {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "x"):
                let digits = String(decoding: text[index...].prefix(2), as: UTF8.self)
                bytes.append(try #require(UInt8(digits, radix: 16), "\(place) has an \\x without two digits"))
                index += 2
            default: bytes.append(letter)
            }
        }
        return bytes
    }
}
