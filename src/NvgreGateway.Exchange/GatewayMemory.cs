using System.Text;
using System.Threading;

namespace NvgreGateway.Exchange;

/// <summary>
/// All regions of one gateway, mapped: what the processes share. The supervisor makes them, data and control attach; tests and
/// <c>replay</c> make private ones. Files live until <see cref="Delete"/>; disposing only unmaps.
/// </summary>
public sealed unsafe class GatewayMemory : IDisposable
{
    /// <summary>Longest frame that a punt of class ICMP or an injected frame can hold whole.</summary>
    public const int LongestFrame = 9728 - 64;

    private const ulong HugePage = 2 << 20;
    private const int RegionCount = 11;
    private static readonly string[] s_names = ["header", "tables", "nexthops", "fdb", "ages", "statistics", "drops", "rings", "bindings", "groups", "flows"];
    private static readonly bool[] s_huge = [false, true, false, true, true, true, false, false, false, false, false];
    private static readonly (uint Bytes, uint Slots)[] s_punt = [(512, 1024), (PuntSlot.HeadBytes, 16384), (512, 512), (9728, 256), (1664, 256)];
    private const uint TraceSlots = 4096;
    private const uint SampleSlots = 256;
    private static readonly ulong s_sampleBytes = (SpscRing.Bytes(FlowSample.SizeOf, SampleSlots) + 4095) & ~4095ul;
    private static readonly ulong s_traceBytes = (SpscRing.Bytes(TraceEvent.SizeOf, TraceSlots) + 4095) & ~4095ul;
    private readonly Region[] _regions;

    private GatewayMemory(Region[] regions)
    {
        _regions = regions;
        Header = (GatewayHeader*)regions[0].Memory;
    }

    private enum Part
    {
        Header,
        Tables,
        NextHops,
        Fdb,
        Ages,
        Statistics,
        Drops,
        Rings,
        Bindings,
        Groups,
        Flows,
    }

    /// <summary>The head.</summary>
    public GatewayHeader* Header { get; }

    /// <summary>The maxima.</summary>
    public ref readonly ExchangeLimits Limits => ref Header->Limits;

    /// <summary>What control wants of the data process.</summary>
    public DataSettings* Settings => (DataSettings*)(_regions[0].Memory + 4096);

    /// <summary>What the data process says of itself.</summary>
    public DataState* Data => (DataState*)(_regions[0].Memory + 4608);

    /// <summary>What the data process is doing. Written by itself, and by the supervisor when it has died; any thread reads.</summary>
    public DataPhase Phase
    {
        get => (DataPhase)Volatile.Read(ref Data->Phase);
        set => Volatile.Write(ref Data->Phase, (ulong)value);
    }

    /// <summary>The command mailbox.</summary>
    public Mailbox* Mailbox => (Mailbox*)(_regions[0].Memory + 5120);

    /// <summary>What is traced, if anything.</summary>
    public TraceControl* Trace => (TraceControl*)(_regions[0].Memory + 6144);

    /// <summary>What control wants of each port, by index.</summary>
    public PortTableEntry* PortTable => (PortTableEntry*)(_regions[0].Memory + 8192);

    /// <summary>What the data process says of each port, by index.</summary>
    public PortState* PortStates => (PortState*)(_regions[0].Memory + 8192 + (64 * 512));

    /// <summary>States of segments by id (<see cref="PlaceStates"/>); writer control.</summary>
    public byte* SegmentStates => _regions[0].Memory + 8192 + (128 * 512);

    /// <summary>States of attachments by id.</summary>
    public byte* AttachmentStates => SegmentStates + Align(Limits.Segments);

    /// <summary>States of peers by id.</summary>
    public byte* PeerStates => AttachmentStates + Align(Limits.Attachments);

    /// <summary>Storm buckets of the ports by index (64), then of the segments by id.</summary>
    public StormBuckets* Storms => (StormBuckets*)(PeerStates + Align(Limits.Peers));

    /// <summary>Learned path MTUs by peer id; writer control.</summary>
    public PathMtuSlot* PathMtus => (PathMtuSlot*)(Storms + 64 + Limits.Segments);

    /// <summary>The next hops by id.</summary>
    public NextHopSlot* NextHops => (NextHopSlot*)_regions[(int)Part.NextHops].Memory;

    /// <summary>The FDB.</summary>
    public FdbTable Fdb => new((FdbBucket*)_regions[(int)Part.Fdb].Memory, Limits.FdbBuckets - 1, _regions[(int)Part.Ages].Memory);

    /// <summary>Tenants' addresses that are answered for.</summary>
    public BindingTable Bindings => new(_regions[(int)Part.Bindings].Memory, BindingEntries(Limits));

    /// <summary>Where members of tenants' multicast groups are.</summary>
    public GroupMembers Groups => new(_regions[(int)Part.Groups].Memory);

    /// <summary>Rules for the ports' hardware.</summary>
    public FlowTable Flows => new(_regions[(int)Part.Flows].Memory);

    /// <summary>The published snapshot; its header is null before the first.</summary>
    public Snapshot Current
    {
        get
        {
            ulong published = Volatile.Read(ref Header->Published);
            return published == 0 ? default : Slot((int)(published & 1));
        }
    }

    /// <summary>Makes private regions in this process: for tests and <c>replay</c>.</summary>
    /// <param name="limits">The maxima.</param>
    /// <returns>The regions, zeroed and formatted.</returns>
    public static GatewayMemory CreatePrivate(ExchangeLimits limits)
    {
        ulong[] sizes = Sizes(limits);
        var regions = new Region[RegionCount];
        for (int i = 0; i < RegionCount; i++)
        {
            regions[i] = Region.Private(sizes[i]);
        }

        return Format(new GatewayMemory(regions), limits, "private", "");
    }

    /// <summary>
    /// Makes the regions of a name: in hugetlbfs those that workers read much, if pages are free; else in shared memory. What stood
    /// there before is deleted.
    /// </summary>
    /// <param name="name">The gateway's name.</param>
    /// <param name="limits">The maxima.</param>
    /// <param name="build">The build that makes them, for people.</param>
    /// <param name="hugePages">Whether hugetlbfs may be used.</param>
    /// <returns>The regions, zeroed and formatted.</returns>
    /// <exception cref="IOException">A file could not be made, sized or mapped.</exception>
    public static GatewayMemory Create(string name, ExchangeLimits limits, string build, bool hugePages)
    {
        Delete(name);
        string shared = GatewayPaths.SharedMemory(name), huge = GatewayPaths.HugePages(name);
        Directory.CreateDirectory(shared);
        ulong[] sizes = Sizes(limits);
        var regions = new Region[RegionCount];
        try
        {
            for (int i = 0; i < RegionCount; i++)
            {
                ulong rounded = (sizes[i] + HugePage - 1) & ~(HugePage - 1);
                if (hugePages && s_huge[i] && FreeHugePages() >= rounded / HugePage && Directory.Exists("/dev/hugepages"))
                {
                    try
                    {
                        Directory.CreateDirectory(huge);
                        regions[i] = Region.File(Path.Combine(huge, s_names[i]), rounded, create: true);
                        continue;
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        File.Delete(Path.Combine(huge, s_names[i])); // somebody else took the pages, or no hugetlbfs: shared memory does
                    }
                }

                regions[i] = Region.File(Path.Combine(shared, s_names[i]), sizes[i], create: true);
            }
        }
        catch
        {
            foreach (Region? region in regions)
            {
                region?.Dispose();
            }

            Delete(name);
            throw;
        }

        return Format(new GatewayMemory(regions), limits, name, build);
    }

    /// <summary>Maps the regions of a name that exist already.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <returns>The regions.</returns>
    /// <exception cref="IOException">They are not there, or of another layout; the message says which.</exception>
    public static GatewayMemory Attach(string name)
    {
        var regions = new Region[RegionCount];
        try
        {
            for (int i = 0; i < RegionCount; i++)
            {
                string file = Path.Combine(GatewayPaths.HugePages(name), s_names[i]);
                file = File.Exists(file) ? file : Path.Combine(GatewayPaths.SharedMemory(name), s_names[i]);
                long length = File.Exists(file) ? new FileInfo(file).Length : throw new FileNotFoundException($"no regions of a gateway named '{name}' ({file})");
                regions[i] = Region.File(file, (ulong)length, create: false);
            }

            GatewayHeader* header = (GatewayHeader*)regions[0].Memory;
            if (regions[0].Length < (ulong)sizeof(GatewayHeader) || header->Magic != GatewayHeader.MagicValue)
            {
                throw new InvalidDataException($"the regions of '{name}' are not complete or not a gateway's");
            }

            if (header->LayoutHash != LayoutHash.Value)
            {
                throw new InvalidDataException(
                    $"the regions of '{name}' have another layout ({header->LayoutHash:x16}, this build has {LayoutHash.Value:x16}): they were made by {Text(header->Build, 112)}");
            }

            ulong[] sizes = Sizes(header->Limits);
            for (int i = 0; i < RegionCount; i++)
            {
                if (regions[i].Length < sizes[i])
                {
                    throw new InvalidDataException($"region {s_names[i]} of '{name}' is cut short");
                }
            }

            return new GatewayMemory(regions);
        }
        catch
        {
            foreach (Region? region in regions)
            {
                region?.Dispose();
            }

            throw;
        }
    }

    /// <summary>Deletes the files of a name; processes that have them mapped keep their mapping.</summary>
    /// <param name="name">The gateway's name.</param>
    public static void Delete(string name)
    {
        foreach (string folder in (string[])[GatewayPaths.SharedMemory(name), GatewayPaths.HugePages(name)])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>A snapshot slot.</summary>
    /// <param name="index">0 or 1.</param>
    /// <returns>A view of it; its contents are what was last written there.</returns>
    public Snapshot Slot(int index) =>
        new((SnapshotHeader*)(_regions[(int)Part.Tables].Memory + ((ulong)index * Limits.SnapshotBytes)));

    /// <summary>
    /// What a worker counts. Behind the last worker's stands a block for what hardware forwards by itself, which the housekeeping thread
    /// writes: attachments, peers, ports, received and transmitted (C-126). It has no drops of segments and peers.
    /// </summary>
    /// <param name="worker">Its index.</param>
    /// <returns>Its block.</returns>
    public WorkerStatistics* Statistics(int worker) =>
        (WorkerStatistics*)(_regions[(int)Part.Statistics].Memory + ((ulong)worker * StatisticsBytes(Limits)));

    /// <summary>What a worker counts for attachments, by id.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>The array.</returns>
    public AttachmentCounters* Attachments(int worker) => (AttachmentCounters*)(Statistics(worker) + 1);

    /// <summary>What a worker counts for peers, by id.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>The array.</returns>
    public PeerCounters* Peers(int worker) => (PeerCounters*)(Attachments(worker) + Limits.Attachments);

    /// <summary>A worker's drops by segment: 128 counters (by <see cref="DropReason"/>) for each segment id.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>The array.</returns>
    public ulong* SegmentDrops(int worker) =>
        (ulong*)(_regions[(int)Part.Drops].Memory + ((ulong)worker * (Limits.Segments + (ulong)Limits.Peers) * 1024));

    /// <summary>A worker's drops by peer: 128 counters for each peer id.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>The array.</returns>
    public ulong* PeerDrops(int worker) => SegmentDrops(worker) + ((ulong)Limits.Segments * 128);

    /// <summary>A punt ring: the worker produces, control consumes.</summary>
    /// <param name="worker">Worker index.</param>
    /// <param name="kind">Class.</param>
    /// <returns>The ring.</returns>
    public SpscRing Punt(int worker, PuntClass kind)
    {
        byte* p = RingsOf(worker);
        for (int i = 0; i < (int)kind; i++)
        {
            p += SpscRing.Bytes(s_punt[i].Bytes, s_punt[i].Slots);
        }

        return new SpscRing(p);
    }

    /// <summary>The inject ring of a worker: control produces, the worker consumes.</summary>
    /// <param name="worker">Worker index.</param>
    /// <returns>The ring.</returns>
    public SpscRing Inject(int worker)
    {
        byte* p = RingsOf(worker);
        for (int i = 0; i < s_punt.Length; i++)
        {
            p += SpscRing.Bytes(s_punt[i].Bytes, s_punt[i].Slots);
        }

        return new SpscRing(p);
    }

    /// <summary>The trace ring of a worker: the worker produces <see cref="TraceEvent"/>, control consumes.</summary>
    /// <param name="worker">Worker index.</param>
    /// <returns>The ring.</returns>
    public SpscRing TraceRing(int worker) => new(RingsOf(worker) + RingBytes() - s_traceBytes);

    /// <summary>The ring of flow samples of a worker: the worker produces <see cref="FlowSample"/>, control consumes.</summary>
    /// <param name="worker">Worker index.</param>
    /// <returns>The ring.</returns>
    public SpscRing SampleRing(int worker) => new(RingsOf(worker) + RingBytes() - s_traceBytes - s_sampleBytes);

    /// <summary>Copies what the data process says of a port, whole.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>A consistent copy.</returns>
    public PortState ReadPortState(int port)
    {
        PortState* state = PortStates + port;
        var spin = new SpinWait();
        for (int tries = 0; ; tries++)
        {
            ulong before = Volatile.Read(ref state->Sequence);
            PortState copy = *state;
            Thread.MemoryBarrier();
            // A writer that died in the middle leaves an odd count for ever: after a while its half-written state is shown.
            if (((before & 1) == 0 && before == Volatile.Read(ref state->Sequence)) || tries > 1000)
            {
                return copy;
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Reads a zero-terminated UTF-8 field.</summary>
    /// <param name="field">Its first byte.</param>
    /// <param name="bytes">Its size.</param>
    /// <returns>The text.</returns>
    public static string Text(byte* field, int bytes)
    {
        ReadOnlySpan<byte> span = new(field, bytes);
        int end = span.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? span : span[..end]);
    }

    /// <summary>Writes a zero-terminated UTF-8 field, cut to what fits.</summary>
    /// <param name="field">Its first byte.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="text">The text.</param>
    public static void SetText(byte* field, int bytes, string text)
    {
        Span<byte> span = new(field, bytes);
        span.Clear();
        while (Encoding.UTF8.GetByteCount(text) >= bytes)
        {
            text = text[..^1];
        }

        Encoding.UTF8.GetBytes(text, span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Region region in _regions)
        {
            region.Dispose();
        }
    }

    private static ulong Align(ulong bytes) => (bytes + 63) & ~63ul;

    private static ulong StatisticsBytes(in ExchangeLimits l) =>
        ((ulong)sizeof(WorkerStatistics) + ((ulong)sizeof(AttachmentCounters) * l.Attachments) + ((ulong)sizeof(PeerCounters) * l.Peers) + 4095) & ~4095ul;

    private static ulong RingBytes()
    {
        ulong bytes = SpscRing.Bytes(9728, 128);
        foreach ((uint size, uint slots) in s_punt)
        {
            bytes += SpscRing.Bytes(size, slots);
        }

        return ((bytes + 4095) & ~4095ul) + s_sampleBytes + s_traceBytes;
    }

    // At most half of the places are used; as many tenants as the FDB holds MACs.
    private static uint BindingEntries(in ExchangeLimits l) => Math.Max(64, System.Numerics.BitOperations.RoundUpToPowerOf2(l.FdbCapacity * 2));

    private static ulong[] Sizes(in ExchangeLimits l)
    {
        ulong buckets = l.FdbBuckets + (ulong)FdbTable.Spare;
        return
        [
            8192 + (128 * 512) + Align(l.Segments) + Align(l.Attachments) + Align(l.Peers) + ((64 + l.Segments) * (ulong)sizeof(StormBuckets))
                + (l.Peers * (ulong)sizeof(PathMtuSlot)),
            2ul * l.SnapshotBytes,
            l.NextHops * (ulong)sizeof(NextHopSlot),
            buckets * (ulong)sizeof(FdbBucket),
            buckets * 8 * (l.Workers + 1ul),
            StatisticsBytes(l) * (l.Workers + 1ul),
            (l.Segments + (ulong)l.Peers) * 1024 * l.Workers,
            RingBytes() * l.Workers,
            BindingTable.HeadBytes + (BindingEntries(l) * (ulong)sizeof(BindingEntry)),
            GroupMembers.Bytes,
            FlowTable.Bytes,
        ];
    }

    private static GatewayMemory Format(GatewayMemory memory, ExchangeLimits limits, string name, string build)
    {
        GatewayHeader* header = memory.Header;
        header->LayoutHash = LayoutHash.Value;
        header->Limits = limits;
        header->AgeTick = 1;
        SetText(header->Name, 64, name);
        SetText(header->Build, 112, build);
        for (int worker = 0; worker < limits.Workers; worker++)
        {
            byte* p = memory.RingsOf(worker);
            foreach ((uint bytes, uint slots) in s_punt)
            {
                SpscRing.Format(p, bytes, slots);
                p += SpscRing.Bytes(bytes, slots);
            }

            SpscRing.Format(p, 9728, 128);
            SpscRing.Format(memory.RingsOf(worker) + RingBytes() - s_traceBytes - s_sampleBytes, FlowSample.SizeOf, SampleSlots);
            SpscRing.Format(memory.RingsOf(worker) + RingBytes() - s_traceBytes, TraceEvent.SizeOf, TraceSlots);
        }

        Volatile.Write(ref header->Magic, GatewayHeader.MagicValue);
        return memory;
    }

    private static ulong FreeHugePages()
    {
        const string File2M = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";
        return File.Exists(File2M) && ulong.TryParse(File.ReadAllText(File2M).Trim(), out ulong pages) ? pages : 0;
    }

    private byte* RingsOf(int worker) => _regions[(int)Part.Rings].Memory + ((ulong)worker * RingBytes());
}
