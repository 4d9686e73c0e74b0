using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Api;

/// <summary>Tells how the ports' packets are spread over queues and workers.</summary>
internal static unsafe class QueueReporter
{
    // Of the redirection table of software.
    private const int SpreadParts = 256;

    /// <summary>The spread of real traffic beside the one to be expected.</summary>
    /// <param name="plane">The plane.</param>
    /// <returns>One status for each port.</returns>
    public static IReadOnlyList<QueueStatus> Queues(ControlPlane plane)
    {
        var list = new List<QueueStatus>();
        bool off = plane.Configuration.Workers.Spread == SpreadMode.Off;
        DataState* data = plane.Memory.Data;
        bool paused = !off && Volatile.Read(ref data->SpreadPaused) != 0;
        double alone = Volatile.Read(ref data->SpreadAlonePercent) / 100.0;
        int workers = plane.Configuration.Workers.Cores.Count;
        for (int i = 0; i < plane.Configuration.Ports.Count; i++)
        {
            PortState state = plane.Memory.ReadPortState(i);
            SpreadCount[] counts = [.. Enumerable.Range(0, workers).Select(w => plane.Statistics.Spread(i, w))];
            int queues = Math.Min(Math.Max((int)state.RxQueues, 1), workers);
            bool even = state.Spread is QueueSpread.InnerRss or QueueSpread.PlainRss or QueueSpread.Kernel or QueueSpread.InnerRule || queues == 1;
            double? ofQueue = even ? 100.0 / queues : null;
            bool needed = QueueSpreading.IsSoftware(state.Spread), software = needed && !off && !paused;
            string why = !needed ? "" : off ? "workers.spread is off; " : paused ? Paused(alone, queues) : "";
            ulong taken = Sum(counts, static c => c.Queue), forwarded = Sum(counts, static c => c.Forwarded);
            list.Add(new QueueStatus
            {
                Port = plane.Configuration.Ports[i].Name,
                Role = plane.Configuration.Ports[i].Role.ToString().ToLowerInvariant(),
                Mode = software ? "software" : needed && paused ? "paused" : state.Spread switch { QueueSpread.InnerRss or QueueSpread.PlainRss or QueueSpread.OuterRss or QueueSpread.InnerRule => "hardware", QueueSpread.Kernel => "kernel", _ => "none" },
                Reason = why + Reason(state.Spread, state.RssFields, plane.Configuration.Ports[i].Role),
                Alone = needed && !off && alone != 0 ? Math.Round(alone, 2) : null,
                Trials = needed && !off ? Volatile.Read(ref data->SpreadTrials) : null,
                Rss = state.RssFields == RssFields.None ? null : Rss(state),
                Rules = Rules(plane, i, workers),
                Queues = [.. counts.Take(queues).Select((c, q) => new QueueShare { Index = q, Packets = c.Queue, Percent = Percent(c.Queue, taken), Expected = Round(ofQueue) })],
                Workers = [.. counts.Select((c, w) => new QueueShare
                {
                    Index = w,
                    Packets = c.Forwarded,
                    Percent = Percent(c.Forwarded, forwarded),
                    Expected = Round(software ? Share(data, w, workers) : w < queues ? ofQueue : 0),
                    HandedOn = c.HandedOn,
                    TakenOver = c.TakenOver,
                })],
            });
        }

        return list;
    }

    private static string Paused(double alone, int queues) => string.Create(
        CultureInfo.InvariantCulture, $"{(queues == 1 ? "one worker alone forwards" : "workers that keep what they receive forward")} {alone:0.0#} times as much at the last trial; else software would spread: ");

    private static string Reason(QueueSpread spread, RssFields fields, PortRole role) => spread switch
    {
        QueueSpread.OneWorker => "there is one worker",
        QueueSpread.InnerRss => "the device hashes the inner headers of NVGRE",
        QueueSpread.PlainRss => "the device hashes the headers of tenant frames",
        QueueSpread.Kernel => "the kernel hashes the innermost headers",
        QueueSpread.InnerRule => "a flow rule of the device hashes the inner headers of NVGRE",
        QueueSpread.FewQueues => "the port has fewer receive queues than there are workers",
        QueueSpread.OuterRss when role == PortRole.Access => $"the device hashes no ports of {Words(QueueSpreading.Ports & ~fields)}",
        QueueSpread.OuterRss => "the device does not hash the inner headers of NVGRE with their ports",
        QueueSpread.NoRss => "the device does not say how it chooses a queue",
        _ => "the port was not started",
    };

    // As the configuration has them; of each there is a rule for the device by family of outer addresses.
    private static List<QueueRuleStatus>? Rules(ControlPlane plane, int port, int workers)
    {
        var list = new List<QueueRuleStatus>();
        foreach (QueueRuleConfiguration rule in plane.Configuration.Ports[port].VsidQueues)
        {
            bool hardware = false, software = false;
            string? refusal = null;
            for (int i = 0; i < Math.Min(plane.Memory.Flows.Used, FlowTable.Capacity); i++)
            {
                FlowSlot* slot = plane.Memory.Flows[i];
                if (slot->Wanted == 0 || slot->Probe != 0 || slot->Port != port || !Is(rule, slot))
                {
                    continue;
                }

                bool settled = slot->Done == slot->Wanted && slot->State != FlowState.Waiting;
                hardware |= settled && slot->State == FlowState.Installed;
                if (settled && slot->State != FlowState.Installed)
                {
                    software = workers > 1;
                    refusal = GatewayMemory.Text(slot->Text, FlowSlot.TextBytes) is { Length: > 0 } text ? text : "the device takes no such rule";
                }
            }

            list.Add(new QueueRuleStatus
            {
                Match = rule.Vsid is { } vsid ? string.Create(CultureInfo.InvariantCulture, $"VSID {vsid}") : $"MAC {rule.Mac}",
                Queues = [.. rule.Queues],
                By = (hardware, software) switch { (true, true) => "hardware and software", (true, false) => "hardware", (false, true) => "software", _ => "nobody" },
                Refusal = refusal,
            });
        }

        return list.Count == 0 ? null : list;
    }

    private static bool Is(QueueRuleConfiguration rule, FlowSlot* slot) => slot->Kind switch
    {
        FlowKind.VsidQueues => rule.Vsid == slot->Vsid,
        FlowKind.InnerMacQueues or FlowKind.MacQueues => rule.Mac?.Value == slot->Mac,
        _ => false,
    };

    private static RssStatus Rss(PortState state)
    {
        byte[] key = new ReadOnlySpan<byte>(state.RssKey, Math.Min((int)state.RssKeyLength, 64)).ToArray();
        return new RssStatus
        {
            Fields = Words(state.RssFields & ~RssFields.Innermost).Split(' '),
            Level = (state.RssFields & RssFields.Innermost) != 0 ? "inner" : "outer",
            RssHf = string.Create(CultureInfo.InvariantCulture, $"0x{state.RssTypes:x}"),
            ReadBack = state.RssReadBack != 0,
            Key = key.Length == 0 ? null : Convert.ToHexStringLower(key),
            Symmetric = key.Length == 0 ? null : key.Index().All(b => b.Item == key[b.Index % 2]),
            TableSize = state.RetaSize,
            TableLeast = state.RetaLeast,
            TableMost = state.RetaMost,
        };
    }

    private static string Words(RssFields fields) => fields.ToString().ToLowerInvariant().Replace(",", "", StringComparison.Ordinal);

    private static ulong Sum(SpreadCount[] counts, Func<SpreadCount, ulong> of) => counts.Aggregate(0ul, (sum, c) => sum + of(c));

    private static double? Percent(ulong part, ulong whole) => whole == 0 ? null : Round(100.0 * part / whole);

    // Before the data process told its table it is even.
    private static double Share(DataState* data, int worker, int workers)
    {
        int parts = 0;
        for (int i = 0; i < workers; i++)
        {
            parts += data->SpreadShares[i];
        }

        return parts == SpreadParts ? 100.0 / SpreadParts * data->SpreadShares[worker] : 100.0 / workers;
    }

    private static double? Round(double? value) => value is { } v ? Math.Round(v, 1) : null;
}
