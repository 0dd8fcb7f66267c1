// SPDX-License-Identifier: Apache-2.0

import Bytes
import Glibc
import ObserverModel

@testable import Recorder

/// A damaged recording in a file: opened, read with and without its index, followed, searched, verified and recovered.
enum RecordingTrial {
    static func run(_ given: Plan) {
        var plan = given
        let choice = plan.byte()
        let base = choice == 255 ? BaseRecording.large : BaseRecording.small[Int(choice) % 3]
        var bytes = base.bytes
        var isForged = false
        switch plan.below(4) {
        case 0: bytes = RecordingEdit.index(base, &plan)
        case 1:
            bytes = RecordingEdit.content(base, &plan)
            isForged = true
        default: RecordingEdit.damage(&bytes, &plan)
        }
        let trial = DamagedRecording(bytes, original: isForged ? nil : base.lineSet)
        do throws(RecordingError) { try trial.run(&plan) } catch {
            broken("what was opened can be used: \(error)")
        }
    }
}

/// What is tried with one file.
struct DamagedRecording {
    private let bytes: [UInt8]
    /// The lines before the damage; `nil` where the damage is in lines that have their checksum.
    private let original: Set<[UInt8]>?
    private let path: String

    private static let folder: String = {
        let place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(place)/recorder-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { broken("a folder can be made in \(place)") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return folder
    }()

    init(_ bytes: [UInt8], original: Set<[UInt8]>?) {
        self.bytes = bytes
        self.original = original
        path = Self.folder + "/a.zst"
    }

    private static func write(_ bytes: some Collection<UInt8>, to path: String) {
        let bytes = Array(bytes)
        guard let file = fopen(path, "w") else { broken("\(path) can be written") }
        expect(fwrite(bytes, 1, bytes.count, file) == bytes.count, "\(path) can be written")
        fclose(file)
    }

    private static func open(_ path: String) -> RecordingFile? {
        do throws(RecordingError) { return try RecordingFile.open(path) } catch {
            if case .system(let reason) = error { broken("a file that can be read is opened or refused: \(reason)") }
            return nil
        }
    }

    func run(_ plan: inout Plan) throws(RecordingError) {
        Self.write(bytes, to: path)
        defer { unlink(path) }
        if let file = Self.open(path) {
            let readout = try read(file)
            try compareWithoutIndex(file, readout)
            try follow(file, readout)
            if plan.below(2) == 0 { try search(file, &plan) }
            let report = try RecordingVerifier.verify(path)
            expect(!report.isSound || readout.damage.isEmpty, "what is sound is not damaged")
        }
        if plan.below(2) == 0 { try recover() }
        rmdir(Self.folder)
        mkdir(Self.folder, 0o700)
    }

    private struct Readout {
        var content: [UInt8] = []
        var lines: Set<[UInt8]> = []
        var damage: [Damage] = []
    }

    /// Reads all, and holds each line to what was written.
    private func read(_ file: RecordingFile) throws(RecordingError) -> Readout {
        var readout = Readout()
        let reader = try RecordingReader(RecordingSet(file))
        var parser = LineParser()
        var parsed: [RecordingLine] = []
        while let batch = try reader.next() {
            expect(batch.content.last == 0x0A, "whole lines are handed out")
            readout.content += batch.content
            parsed.removeAll()
            batch.parse(with: &parser, into: &parsed, damage: &readout.damage)
            let isUnchecked = try isUnchecked(batch, file)
            batch.forEachLine { slice in
                let line = Array(slice)
                if !isUnchecked, original?.contains(line) == false {
                    broken("a line whose checksum is right was written: \(String(decoding: line, as: UTF8.self))")
                }
                readout.lines.insert(line)
            }
        }
        readout.damage += reader.takeDamage()
        for damage in readout.damage { expect(damage.bytes.upperBound <= file.size, "damage lies within the file") }
        return readout
    }

    /// Whether nothing speaks for a batch's bytes: a torn frame, or one that the damage has taken the checksum from.
    private func isUnchecked(_ batch: LineBatch, _ file: RecordingFile) throws(RecordingError) -> Bool {
        if file.isTorn(batch.frame) { return true }
        guard case .frame(let shape) = try FrameWalker(source: file.source).step(at: batch.place.lowerBound) else {
            return false
        }
        return !shape.hasChecksum
    }

    /// What is read by the index is found without it, too.
    private func compareWithoutIndex(_ file: RecordingFile, _ readout: Readout) throws(RecordingError) {
        guard let index = file.storedIndex else { return }
        let path = path + ".cut"
        Self.write(bytes[..<Int(index.bytes.lowerBound)], to: path)
        defer { unlink(path) }
        guard let walked = Self.open(path) else { return }
        let other = try read(walked)
        if readout.damage.isEmpty {
            expect(other.content == readout.content, "a sound file has the same lines with and without its index")
        } else {
            expect(readout.lines.isSubset(of: other.lines), "what the index leads to is found without it")
        }
    }

    /// Reads it as one that is being written.
    private func follow(_ file: RecordingFile, _ readout: Readout) throws(RecordingError) {
        let tail = try RecordingTail(path: path)
        var content: [UInt8] = []
        var isOver = false
        while !isOver {
            do throws(RecordingError) {
                switch try tail.next() {
                case .lines(let lines): content += lines
                case .nothing, .ended: isOver = true
                }
            } catch { isOver = true }
        }
        if readout.damage.isEmpty, file.damage.isEmpty {
            expect(readout.content.starts(with: content), "following a sound file gives its lines")
        }
    }

    private func search(_ file: RecordingFile, _ plan: inout Plan) throws(RecordingError) {
        let set = RecordingSet(file)
        _ = try set.names()
        _ = try set.firstFrame(reaching: plan.number())
        let range = try set.timeRange()
        let times = [
            range.lowerBound, range.upperBound, Timestamp(nanoseconds: Int64(truncatingIfNeeded: plan.number())),
        ]
        for time in times {
            let feed = try RecordingFeed(set, projection: 1)
            do {
                _ = try feed.seek(to: time)
                while try feed.next() != nil {}
            } catch { broken("a recording that was opened can be searched: \(error)") }
        }
    }

    // MARK: Recovery

    private func recover() throws(RecordingError) {
        let output = path + ".new"
        defer { unlink(output) }
        do throws(RecordingError) { _ = try RecordingRecoverer.recover(path, to: output) } catch {
            if case .system(let reason) = error { broken("a recovery gives a file or refuses: \(reason)") }
            return
        }
        let report = try RecordingVerifier.verify(output)
        expect(report.isSound && report.isComplete, "what was recovered is sound: \(report.problems.first ?? "")")
        guard let file = Self.open(output) else { broken("what was recovered can be opened") }
        let readout = try DamagedRecording(bytes, original: nil).read(file)
        expect(readout.damage.isEmpty, "nothing of what was recovered is damaged")
    }
}
