// SPDX-License-Identifier: Apache-2.0

internal import DockerAPI

/// What stands in place of a secret, and places in a text that it takes.
enum Mask {
    /// The mask's bytes.
    static let bytes = Array(EnvironmentMask.mask.utf8)

    /// The mask alone, or `nil` when the text is it already.
    static func whole(unless text: ArraySlice<UInt8>) -> [UInt8]? {
        text.elementsEqual(bytes) ? nil : bytes
    }

    /// Where masks stand in a text, in order.
    static func places(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        // A constant of a type is checked to be there at each use, which a loop over bytes should not pay for.
        let mask = bytes
        var places: [Range<Int>] = []
        var start = 0
        while start + mask.count <= text.count {
            if text[start] == mask[0], text[start..<(start + mask.count)].elementsEqual(mask) {
                places.append(start..<(start + mask.count))
                start += mask.count
            } else {
                start += 1
            }
        }
        return places
    }

    /// The mask that holds an offset other than as its first, of masks in order.
    static func place(around offset: Int, in masks: [Range<Int>]) -> Range<Int>? {
        let index = firstIndex(endingBehind: offset, in: masks)
        guard index < masks.count, masks[index].lowerBound < offset else { return nil }
        return masks[index]
    }

    /// A range with the masks, which are in order, that it touches; `nil` when it lies inside of one.
    static func widened(_ range: Range<Int>, by masks: [Range<Int>]) -> Range<Int>? {
        var lower = range.lowerBound
        var upper = range.upperBound
        // One that ends where the range begins is touched too.
        for mask in masks[firstIndex(endingBehind: range.lowerBound - 1, in: masks)...] {
            guard mask.lowerBound <= range.upperBound else { break }
            if mask.lowerBound <= range.lowerBound, range.upperBound <= mask.upperBound { return nil }
            lower = min(lower, mask.lowerBound)
            upper = max(upper, mask.upperBound)
        }
        return lower..<upper
    }

    /// The index of the first mask that ends behind an offset, by halves: a line may have thousands.
    private static func firstIndex(endingBehind offset: Int, in masks: [Range<Int>]) -> Int {
        var low = 0
        var high = masks.count
        while low < high {
            let middle = (low + high) / 2
            if masks[middle].upperBound > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The ranges in order, those that touch made one.
    static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        guard ranges.count > 1 else { return ranges }
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// The text with ranges, as offsets from its start, replaced by the mask.
    static func replace(_ ranges: [Range<Int>], in text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + ranges.count * bytes.count)
        var end = text.startIndex
        for range in ranges {
            result.append(contentsOf: text[end..<(text.startIndex + range.lowerBound)])
            result.append(contentsOf: bytes)
            end = text.startIndex + range.upperBound
        }
        result.append(contentsOf: text[end...])
        return result
    }
}
