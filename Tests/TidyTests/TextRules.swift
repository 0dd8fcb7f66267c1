// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Rules for every text of the package.
@Suite struct TextRules {
    private let tree = PackageTree.shared

    @Test("every Swift file says its licence in the first line")
    func licence() {
        let missing = tree.files.filter {
            $0.isSwift && $0.path != "Package.swift" && !$0.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n")
        }
        #expect(missing.map(\.path) == [])
    }

    @Test("nothing is marked as unfinished")
    func unfinished() {
        // Put together here, so that this file passes its own rule.
        let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].map { Phrase($0) }
        let confessions = ["not " + "implemented", "place" + "holder", "for " + "now", "temporary " + "hack"].map {
            Phrase($0)
        }
        var found: [String] = []
        for (file, code) in tree.sources {
            let bytes = Array(file.text.utf8)
            let comments = Array(String(decoding: code.comments, as: UTF8.self).lowercased().utf8)
            for (phrases, text) in [(marks, bytes), (confessions, comments)] {
                for phrase in phrases { found += phrase.lines(in: text).map { "\(file.path):\($0): \(phrase.text)" } }
            }
        }
        #expect(found == [])
    }

    @Test("no path of one machine and no host of a registry is named")
    func machines() {
        let hosts = [
            "gh" + "cr.io", "qu" + "ay.io", "g" + "cr.io", "index.docker" + ".io", "registry-1" + ".docker",
            "arti" + "factory", "jf" + "rog",
        ]
        // A test may make up somebody's home; nothing else knows one.
        let everywhere = (hosts + ["/wo" + "rk/"]).map { Phrase($0, isWord: false) }
        let outsideTests = ["/ho" + "me/", "/ro" + "ot/"].map { Phrase($0, isWord: false) }
        var found: [String] = []
        // Captured and collected lines of other systems hold whatever those systems print.
        for file in tree.files where !file.path.contains("/Fixtures/") && !file.path.contains("/Corpus/") {
            let bytes = Array(file.text.utf8)
            for phrase in file.area == "Tests" ? everywhere : everywhere + outsideTests {
                found += phrase.lines(in: bytes).map { "\(file.path):\($0): \(phrase.text)" }
            }
        }
        #expect(found == [])
    }

    @Test("every link to a local file in a document leads somewhere")
    func links() throws {
        let link = /\]\(([^)\s]+)\)/
        var broken: [String] = []
        for file in tree.files where file.path.hasSuffix(".md") {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            for match in file.text.matches(of: link) {
                let target = match.1.prefix { $0 != "#" }
                guard !target.isEmpty, !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
                let path = target.hasPrefix("/") ? String(target.dropFirst()) : "\(folder)/\(target)"
                if !PackageTree.exists(path) { broken.append("\(file.path): \(target)") }
            }
        }
        #expect(broken == [])
    }
}
