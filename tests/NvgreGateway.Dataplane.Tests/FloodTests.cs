using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// A hundred million damaged frames of any length up to 9216, each ending where a page begins that nobody may touch: a read past a frame
/// ends the test run, and at the end every frame has been counted once. Seeds are fixed, so a failure repeats.
/// </summary>
public sealed unsafe partial class FloodTests
{
    private const ulong Frames = 100_000_000;
    private const int Threads = 4;

    [Fact]
    [Requirement("C-066", "F-020")]
    public void AHundredMillionFramesAreCounted()
    {
        var floods = new Flood[Threads];
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i => floods[i] = Flood.Run((ulong)i + 1, Frames / Threads));
        Assert.All(floods, static f => Assert.Equal(f.Given, f.Ended));
        Assert.All(floods, static f => Assert.Equal(0, f.InUse));
        Assert.Equal(Frames, floods.Aggregate(0ul, static (sum, f) => sum + f.Given));
        Assert.True(floods.Min(static f => f.Transmitted) > Frames / Threads / 50, "hardly anything was forwarded: the damage tests nothing");
        Assert.True(floods.Min(static f => f.Kinds) > 25, "few kinds of drops");
    }

    private sealed class Flood
    {
        public ulong Given { get; private set; }

        public ulong Ended { get; private set; }

        public ulong Transmitted { get; private set; }

        public int Kinds { get; private set; }

        public int InUse { get; private set; }

        public static Flood Run(ulong seed, ulong frames)
        {
            using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(8, 1, 4, 8, 512, 512, 4096));
            using var device = new Device(seed, frames);
            Build(memory);
            using var group = new WorkerGroup(1, [1, 1]);
            var worker = new Worker<SyntheticPorts>(memory, 0, 2, 32, new SyntheticPorts(device), group);
            while (device.Left != 0)
            {
                worker.Poll();
                Drain(memory);
            }

            for (int i = 0; i < 4; i++)
            {
                worker.Poll();
            }

            WorkerStatistics* s = worker.Statistics;
            worker.DropHeld(DropReason.NeighUnresolved);
            ulong drops = 0;
            int kinds = 0;
            for (int i = 0; i < 128; i++)
            {
                drops += s->Drops[i];
                kinds += s->Drops[i] != 0 ? 1 : 0;
            }

            var flood = new Flood { Given = frames, Ended = s->Transmitted + s->Consumed + s->Held + drops, Transmitted = s->Transmitted, Kinds = kinds };
            worker.Release();
            flood.InUse = device.InUse;
            return flood;
        }

        private static void Build(GatewayMemory memory)
        {
            var sketch = new SnapshotSketch();
            int access = sketch.AddPort(PortFlags.TrustDscp, Rig.Mac("02:00:00:00:01:01"), 9000);
            int underlay = sketch.AddPort(PortFlags.Underlay, Rig.Mac("02:00:00:00:02:01"), 9100);
            sketch.AddAddress(underlay, Tests.Frames.Gateway4, 24);
            sketch.AddAddress(underlay, Tests.Frames.Gateway6, 64);
            uint segment = sketch.AddSegment(Rig.Vsid, SegmentFlags.Up | SegmentFlags.Learning | SegmentFlags.FloodUnknown | SegmentFlags.LocalSwitching | SegmentFlags.MssClamp);
            uint attachment = sketch.AddAttachment(segment, access, 100);
            sketch.AddAttachment(segment, access, 200, native: true);
            uint peer = sketch.AddPeer(segment, underlay, Tests.Frames.Gateway4, Tests.Frames.Remote4, 1, PeerFlags.Up | PeerFlags.FlowIdHash | PeerFlags.EcnNormal);
            sketch.AddPeer(segment, underlay, Tests.Frames.Gateway6, Tests.Frames.Remote6, 1, PeerFlags.Up | PeerFlags.AcceptInnerTag);
            sketch.Publish(memory);
            memory.NextHops[1].Word = NextHopSlot.Pack(Rig.Mac(Tests.Frames.Router), NextHopState.Resolved);
            SnapshotSketch.AddMac(memory, segment, Rig.Mac(Tests.Frames.Host), Place.OfAttachment(attachment, 0).Value);
            SnapshotSketch.AddMac(memory, segment, Rig.Mac(Tests.Frames.Vm), Place.OfPeer(peer, 0).Value);
        }

        private static void Drain(GatewayMemory memory)
        {
            for (PuntClass c = 0; c < PuntClass.Count; c++)
            {
                SpscRing ring = memory.Punt(0, c);
                while (ring.Peek() != null)
                {
                    ring.Release();
                }
            }
        }
    }

    // Buffers that each end at a forbidden page, and what damages the frames.
    private sealed class Device : SyntheticDevice, IDisposable
    {
        private const int Buffers = 1024;
        private const int Room = 9216 + 256;
        private const int Stride = ((Room + 4095) & ~4095) + 4096;
        private readonly byte* _memory;
        private readonly Mbuf* _headers;
        private readonly int[] _free = new int[Buffers];
        private readonly byte[][] _seeds = PropertyTests.Seeds();
        private ulong _state;
        private int _count;

        public Device(ulong seed, ulong frames)
        {
            _state = seed * 0x9E37_79B9_7F4A_7C15;
            Left = frames;
            _memory = (byte*)Mmap(null, (nuint)Buffers * Stride, 3, 0x22, -1, 0);
            Assert.NotEqual(-1, (nint)_memory);
            _headers = (Mbuf*)NativeMemory.AlignedAlloc((nuint)(Buffers * Mbuf.SizeOf), 64);
            for (int i = 0; i < Buffers; i++)
            {
                Assert.Equal(0, Mprotect(End(i), 4096, 0));
                _free[_count++] = i;
            }
        }

        public ulong Left { get; private set; }

        public int InUse => Buffers - _count;

        // It counts no holders: every buffer must be of one packet.
        internal override ulong ChainPorts => 0;

        internal override Mbuf* Allocate()
        {
            if (_count == 0)
            {
                return null;
            }

            int i = _free[--_count];
            Mbuf.Initialise(_headers + i, End(i) - Room, Room);
            return _headers + i;
        }

        internal override void Free(Mbuf* m)
        {
            for (; m != null; m = m->Next)
            {
                _free[_count++] = (int)(m - _headers);
            }
        }

        internal override uint Receive(int port, Mbuf** burst, uint count)
        {
            uint n = 0;
            for (; n < count && Left != 0; n++, Left--)
            {
                Mbuf* m = Allocate();
                if (m == null)
                {
                    break;
                }

                byte[] seed = _seeds[Next() % (uint)_seeds.Length];
                ulong dice = Next();
                uint length = (dice & 3) switch
                {
                    0 or 1 => (uint)seed.Length,
                    2 => (uint)(dice >> 8) % 257,
                    _ => (uint)(dice >> 8) % 9217,
                };
                m->DataOff = (ushort)(Room - length);
                m->DataLen = (ushort)length;
                m->PktLen = length;
                int copied = Math.Min((int)length, seed.Length);
                seed.AsSpan(0, copied).CopyTo(new Span<byte>(m->Data, copied));
                for (uint damage = (uint)(dice >> 32) & 3; damage != 0 && copied != 0; damage--)
                {
                    ulong where = Next();
                    m->Data[where % (uint)Math.Min(copied, 100)] = (byte)(where >> 40);
                }

                burst[n] = m;
            }

            return n;
        }

        public void Dispose()
        {
            Munmap(_memory, (nuint)Buffers * Stride);
            NativeMemory.AlignedFree(_headers);
        }

        private byte* End(int i) => _memory + ((long)i * Stride) + Stride - 4096;

        // xorshift64*
        private ulong Next()
        {
            _state ^= _state >> 12;
            _state ^= _state << 25;
            _state ^= _state >> 27;
            return (_state * 0x2545_F491_4F6C_DD1D) >> 3;
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Mmap(void* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Munmap(void* address, nuint length);
}
