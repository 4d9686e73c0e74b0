using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The self-test of a port (C-073), before any worker may use it. For each kind and family that the device is said to do, a frame as
/// workers would hand it over is shown to its driver (<c>rte_eth_tx_prepare</c>), which finds a driver that refuses what its device
/// reports, or spoils the frame. Where the device loops, the frame is then sent, and what comes back is compared, byte for byte, with what
/// our own software makes of it: that finds a device that sends wrong bytes. What fails is not used, in that family alone.
/// </summary>
public static unsafe class OffloadProbe
{
    /// <summary>Pauses in which something has to come back: a tenth of a second.</summary>
    internal const int Patience = 100;

    /// <summary>How often a frame that asks for nothing is sent before the loop is given up: some links take their time.</summary>
    internal const int Tries = 20;

    // Pauses after the last frame that should come, in which one too many is still noticed.
    private const int Aftermath = 3;
    private const int Compared = 160;
    private const uint Most = 32;

    /// <summary>Tests a port.</summary>
    /// <param name="plain">What the device is said to do to plain frames.</param>
    /// <param name="nvgre">What it is said to do to NVGRE.</param>
    /// <param name="device">The device.</param>
    /// <param name="loops">Whether the device receives what it sends, and nothing of it reaches a wire: else nothing is sent.</param>
    /// <returns>What was found; <see cref="ProbeResult.Loop"/> is <see cref="LoopCheck.None"/> if it does not loop.</returns>
    public static ProbeResult Run(PortOffloads plain, PortOffloads nvgre, ILoopDevice device, bool loops)
    {
        ArgumentNullException.ThrowIfNull(device);
        var tests = new List<Test>();
        var faults = new OffloadFaults[3];
        foreach (ProbeFrame frame in ProbeFrame.All)
        {
            PortOffloads set = SetOf(frame.Family, plain, nvgre);
            if ((set & frame.Bit) != 0 && AskDriver(frame, set, device) is { } fault)
            {
                faults[(int)frame.Family] = faults[(int)frame.Family].With(frame.Bit, fault);
                if (fault == OffloadFault.None)
                {
                    tests.Add(new Test(frame, set));
                }
            }
        }

        LoopCheck loop = !loops || tests.Count == 0 ? LoopCheck.None : Loop(tests, device);
        foreach (Test test in loop == LoopCheck.Done ? tests : [])
        {
            ref OffloadFaults of = ref faults[(int)test.Frame.Family];
            of = of.With(test.Frame.Bit, test.Sent ? ProbeFrame.Judge(test.Expected, test.Came, test.Sums) : OffloadFault.Silent);
        }

        return new ProbeResult(loop, faults[0], faults[1], faults[2]);
    }

    private static PortOffloads SetOf(ProbeFamily family, PortOffloads plain, PortOffloads nvgre) => family switch
    {
        ProbeFamily.Plain => plain,
        ProbeFamily.Outer4 => (nvgre & PortOffloads.Outer4) != 0 ? nvgre & ~PortOffloads.Outer6 : PortOffloads.None,
        _ => (nvgre & PortOffloads.Outer6) != 0 ? nvgre & ~PortOffloads.Outer4 : PortOffloads.None,
    };

    // Null: nothing that a device would be asked for, as segmentation of a flat one.
    private static OffloadFault? AskDriver(ProbeFrame frame, PortOffloads set, ILoopDevice device)
    {
        Mbuf* m = frame.Make(device, set, out _, out uint[] sums, out bool asks);
        if (m == null)
        {
            return OffloadFault.Untested;
        }

        OffloadFault? fault = null;
        if (asks)
        {
            byte* p = m->Data;
            uint length = m->PktLen;
            byte[] before = new ReadOnlySpan<byte>(p, Compared).ToArray();
            // A driver may touch the sums that it is asked for, nothing else.
            fault = device.Prepare(m) && m->Data == p && m->PktLen == length && ProbeFrame.SameButSums(new ReadOnlySpan<byte>(p, Compared), before, sums)
                ? OffloadFault.None
                : OffloadFault.Refused;
        }

        device.Free(m);
        return fault;
    }

    private static LoopCheck Loop(List<Test> tests, ILoopDevice device)
    {
        var came = new List<byte[]>[ProbeFrame.All.Count + 1];
        for (int i = 0; i < came.Length; i++)
        {
            came[i] = [];
        }

        var idle = new Test(ProbeFrame.Idle, PortOffloads.None) { Came = came[0] };
        for (int i = 0; i < Tries && !(came[0].Count > 0); i++)
        {
            _ = Send(idle, device);
            Collect(device, came, 0, 1);
        }

        if (came[0].Count == 0 || !came[0].TrueForAll(c => c.AsSpan().SequenceEqual(idle.Expected[0])))
        {
            return LoopCheck.Failed;
        }

        foreach (Test test in tests)
        {
            test.Came = came[test.Frame.Number];
            test.Sent = Send(test, device);
            if (test.Sent)
            {
                Collect(device, came, test.Frame.Number, test.Expected.Length);
            }
        }

        Collect(device, came, 0, int.MaxValue); // whatever is late
        return LoopCheck.Done;
    }

    private static bool Send(Test test, ILoopDevice device)
    {
        Mbuf* m = test.Frame.Make(device, test.Set, out byte[][] expected, out uint[] sums, out bool asks);
        test.Expected = expected;
        test.Sums = sums;
        if (m == null)
        {
            return false;
        }

        if ((!asks || device.Prepare(m)) && device.Transmit(m))
        {
            return true;
        }

        device.Free(m);
        return false;
    }

    // Takes what comes until a frame has come back whole, and then a little longer.
    private static void Collect(ILoopDevice device, List<byte[]>[] came, int number, int count)
    {
        Mbuf** burst = stackalloc Mbuf*[(int)Most];
        for (int pauses = 0, left = Patience; left > 0; left--, pauses++)
        {
            uint n = device.Receive(burst, Most);
            for (uint i = 0; i < n; i++)
            {
                int of = ProbeFrame.NumberOf(burst[i]);
                if (of >= 0)
                {
                    came[of].Add(BytesOf(burst[i]));
                }

                device.Free(burst[i]);
            }

            if (came[number].Count >= count)
            {
                left = Math.Min(left, Aftermath);
            }

            if (n == 0)
            {
                device.Pause();
            }
        }
    }

    private static byte[] BytesOf(Mbuf* m)
    {
        byte[] bytes = new byte[m->PktLen];
        int at = 0;
        for (Mbuf* s = m; s != null && at + s->DataLen <= bytes.Length; s = s->Next)
        {
            new ReadOnlySpan<byte>(s->Data, s->DataLen).CopyTo(bytes.AsSpan(at));
            at += s->DataLen;
        }

        return bytes;
    }

    private sealed class Test(ProbeFrame frame, PortOffloads set)
    {
        public ProbeFrame Frame { get; } = frame;

        public PortOffloads Set { get; } = set;

        public byte[][] Expected { get; set; } = [];

        public uint[] Sums { get; set; } = [];

        public List<byte[]> Came { get; set; } = [];

        public bool Sent { get; set; }
    }
}
