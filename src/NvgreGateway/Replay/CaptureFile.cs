using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace NvgreGateway.Replay;

/// <summary>
/// A capture (pcap with micro- or nanoseconds, or pcapng, either byte order), mapped and indexed. The bytes of the packets stay in
/// the mapping until it is disposed.
/// </summary>
public sealed unsafe class CaptureFile : IDisposable
{
    private const uint PcapMicro = 0xA1B2C3D4;
    private const uint PcapNano = 0xA1B23C4D;
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const int EthernetLink = 1;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly List<CapturedPacket> _packets = [];
    private readonly string _path;
    private readonly byte* _start;
    private readonly long _length;

    private CaptureFile(string path)
    {
        _path = path;
        _length = new FileInfo(path).Length;
        if (_length == 0)
        {
            throw Bad(0, "the file is empty");
        }

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* p = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        _start = p + _view.PointerOffset;
    }

    /// <summary>The packets in the order of the file.</summary>
    public IReadOnlyList<CapturedPacket> Packets => _packets;

    /// <summary>What was odd about the file but did not keep it from being read; null when nothing was.</summary>
    public string? Warning { get; private set; }

    /// <summary>Opens and indexes a capture.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The capture.</returns>
    /// <exception cref="CaptureFormatException">It is not a capture of Ethernet frames, or is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CaptureFile Open(string path)
    {
        var capture = new CaptureFile(path);
        try
        {
            capture.Index();
            return capture;
        }
        catch
        {
            capture.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }

    private CaptureFormatException Bad(long offset, string what) => new($"{_path}: at byte {offset}: {what}");

    private uint U32(long offset, bool swap)
    {
        uint v = *(uint*)(_start + offset);
        return swap ? BinaryPrimitives.ReverseEndianness(v) : v;
    }

    private ushort U16(long offset, bool swap)
    {
        ushort v = *(ushort*)(_start + offset);
        return swap ? BinaryPrimitives.ReverseEndianness(v) : v;
    }

    private void Index()
    {
        if (_length < 4)
        {
            throw Bad(0, "too short for a capture");
        }

        uint magic = U32(0, false);
        uint swapped = BinaryPrimitives.ReverseEndianness(magic);
        if (magic == SectionHeader)
        {
            IndexPcapng();
        }
        else if (magic is PcapMicro or PcapNano)
        {
            IndexPcap(false, magic == PcapNano);
        }
        else if (swapped is PcapMicro or PcapNano)
        {
            IndexPcap(true, swapped == PcapNano);
        }
        else
        {
            throw Bad(0, "neither pcap nor pcapng");
        }
    }

    private void IndexPcap(bool swap, bool nano)
    {
        if (_length < 24)
        {
            throw Bad(0, "the pcap header is cut short");
        }

        uint link = U32(20, swap) & 0x0FFF_FFFF;
        if (link != EthernetLink)
        {
            throw Bad(20, $"link type {link}, only Ethernet (1) can be replayed");
        }

        long at = 24;
        while (at < _length)
        {
            if (_length - at < 16)
            {
                Warning = $"{_path}: the last record header is cut short and was left out";
                return;
            }

            ulong seconds = U32(at, swap), fraction = U32(at + 4, swap);
            uint captured = U32(at + 8, swap), original = U32(at + 12, swap);
            if (captured > int.MaxValue)
            {
                throw Bad(at, $"a packet of {captured} bytes");
            }

            if (captured > _length - at - 16)
            {
                Warning = $"{_path}: the last packet is cut short and was left out";
                return;
            }

            Add(at + 16, captured, original, (seconds * 1_000_000_000) + (fraction * (nano ? 1u : 1000u)));
            at += 16 + (long)captured;
        }
    }

    private void IndexPcapng()
    {
        bool swap = false;
        var interfaces = new List<(ushort Link, byte Resolution, long Offset, uint Snap)>();
        long at = 0;
        while (at < _length)
        {
            if (_length - at < 12)
            {
                Warning = $"{_path}: the last block is cut short and was left out";
                return;
            }

            uint type = U32(at, swap);
            if (type == SectionHeader)
            {
                uint order = U32(at + 8, false);
                swap = order == ByteOrderMagic ? false
                    : BinaryPrimitives.ReverseEndianness(order) == ByteOrderMagic ? true
                    : throw Bad(at + 8, "a section with an unknown byte order");
                interfaces.Clear();
            }

            uint total = U32(at + 4, swap);
            if (total < 12 || (total & 3) != 0)
            {
                throw Bad(at + 4, $"a block of {total} bytes");
            }

            if (total > _length - at)
            {
                Warning = $"{_path}: the last block is cut short and was left out";
                return;
            }

            Block(type, at + 8, total - 12, swap, interfaces);
            at += total;
        }
    }

    private void Block(uint type, long at, uint length, bool swap, List<(ushort Link, byte Resolution, long Offset, uint Snap)> interfaces)
    {
        switch (type)
        {
            case 1: // interface description
                if (length < 8)
                {
                    throw Bad(at, "an interface description that is cut short");
                }

                (byte resolution, long offset) = InterfaceOptions(at + 8, at + length, swap);
                interfaces.Add((U16(at, swap), resolution, offset, U32(at + 4, swap)));
                break;
            case 2 or 6: // packet (obsolete), enhanced packet
                if (length < 20)
                {
                    throw Bad(at, "a packet block that is cut short");
                }

                uint id = type == 2 ? U16(at, swap) : U32(at, swap);
                ulong ticks = ((ulong)U32(at + 4, swap) << 32) | U32(at + 8, swap);
                PngPacket(at + 20, U32(at + 12, swap), U32(at + 16, swap), length - 20, id, ticks, interfaces, swap);
                break;
            case 3: // simple packet: no time stamp, interface 0
                if (length < 4)
                {
                    throw Bad(at, "a simple packet block that is cut short");
                }

                uint original = U32(at, swap);
                uint snap = interfaces.Count > 0 && interfaces[0].Snap != 0 ? interfaces[0].Snap : uint.MaxValue;
                PngPacket(at + 4, Math.Min(Math.Min(original, snap), length - 4), original, length - 4, 0, 0, interfaces, null);
                break;
            default:
                break; // names, statistics, comments: nothing to replay
        }
    }

    private (byte Resolution, long OffsetSeconds) InterfaceOptions(long at, long end, bool swap)
    {
        byte resolution = 6;
        long offset = 0;
        while (at + 4 <= end)
        {
            ushort code = U16(at, swap), length = U16(at + 2, swap);
            if (code == 0 || at + 4 + length > end)
            {
                break;
            }

            if (code == 9 && length >= 1)
            {
                resolution = _start[at + 4];
            }
            else if (code == 14 && length >= 8)
            {
                long v = *(long*)(_start + at + 4);
                offset = swap ? BinaryPrimitives.ReverseEndianness(v) : v;
            }

            at += 4 + ((length + 3) & ~3);
        }

        return (resolution, offset);
    }

    private void PngPacket(
        long at, uint captured, uint original, uint room, uint id, ulong ticks, List<(ushort Link, byte Resolution, long Offset, uint Snap)> interfaces, bool? swap)
    {
        if (id >= interfaces.Count)
        {
            throw Bad(at, $"a packet of interface {id}, which the section does not describe");
        }

        (ushort link, byte resolution, long offset, _) = interfaces[(int)id];
        if (link != EthernetLink)
        {
            throw Bad(at, $"link type {link}, only Ethernet (1) can be replayed");
        }

        if (captured > room)
        {
            throw Bad(at, $"a packet of {captured} bytes in a block that holds {room}");
        }

        UInt128 perSecond = (resolution & 0x80) != 0 ? UInt128.One << (resolution & 0x7F) : Pow10(resolution);
        UInt128 nanoseconds = (UInt128)ticks * 1_000_000_000 / perSecond;
        // Options follow the padded data; a simple packet has none.
        ReceivedMetadata? said = swap is { } order ? PacketOptions(at + (((long)captured + 3) & ~3), at + room, order) : null;
        Add(at, captured, original, (ulong)nanoseconds + (ulong)(offset * 1_000_000_000), said);
    }

    private ReceivedMetadata? PacketOptions(long at, long end, bool swap)
    {
        ReceivedMetadata? said = null;
        while (at + 4 <= end)
        {
            ushort code = U16(at, swap), length = U16(at + 2, swap);
            if (code == 0 || at + 4 + length > end)
            {
                break;
            }

            var data = new ReadOnlySpan<byte>(_start + at + 8, Math.Max(length - 4, 0));
            if (code == OffloadOption.Code && length >= 4 && U32(at + 4, swap) == OffloadOption.Enterprise && OffloadOption.IsOurs(data)
                && OffloadOption.Read(data, out said) is { } wrong)
            {
                throw Bad(at, wrong);
            }

            at += 4 + ((length + 3) & ~3);
        }

        return said;
    }

    private static UInt128 Pow10(int exponent)
    {
        UInt128 v = 1;
        for (int i = 0; i < Math.Min(exponent, 30); i++)
        {
            v *= 10;
        }

        return v;
    }

    private void Add(long at, uint captured, uint original, ulong nanoseconds, ReceivedMetadata? said = null) =>
        _packets.Add(new CapturedPacket(_start + at, (int)captured, Math.Max(original, captured), nanoseconds, said));
}
