using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace NvgreGateway.Exchange;

/// <summary>
/// A number that changes when any structure of the regions changes: computed from the names, offsets and sizes of their fields,
/// so that two builds never read each other's memory wrongly.
/// </summary>
public static class LayoutHash
{
    private static readonly Type[] s_types =
    [
        typeof(GatewayHeader), typeof(ExchangeLimits), typeof(ProcessMark), typeof(SnapshotHeader), typeof(PortEntry),
        typeof(SegmentEntry), typeof(AttachmentEntry), typeof(PeerEntry), typeof(PathSet), typeof(PeerKey4), typeof(PeerKey6), typeof(GroupKey), typeof(LocalAddress),
        typeof(FdbBucket), typeof(BindingEntry), typeof(NextHopSlot), typeof(PuntSlot), typeof(InjectSlot), typeof(WorkerStatistics), typeof(PeerCounters),
        typeof(AttachmentCounters), typeof(PortCounters), typeof(GreProtocolCount), typeof(PortTableEntry), typeof(DataSettings),
        typeof(PortState), typeof(DataState), typeof(Mailbox), typeof(StormBuckets), typeof(PathMtuSlot), typeof(TraceControl), typeof(TraceEvent), typeof(FlowSlot), typeof(FlowSample),
    ];

    /// <summary>The hash of this build.</summary>
    public static ulong Value { get; } = Compute();

    private static ulong Compute()
    {
        var text = new StringBuilder();
        foreach (Type type in s_types)
        {
            text.Append(type.Name).Append(Marshal.SizeOf(type)).Append('{');
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                text.Append(field.Name).Append('@').Append(Marshal.OffsetOf(type, field.Name)).Append(field.FieldType.Name).Append(';');
            }

            text.Append('}');
        }

        foreach (Type names in (Type[])[typeof(DropReason), typeof(CounterId), typeof(PuntClass), typeof(PuntKind), typeof(NextHopState), typeof(TracePoint), typeof(FlowKind), typeof(FlowState)])
        {
            text.Append(string.Join(',', Enum.GetNames(names)));
        }

        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(text.ToString()))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return hash;
    }
}
