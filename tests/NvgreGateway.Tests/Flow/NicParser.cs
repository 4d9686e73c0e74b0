using System.Buffers.Binary;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Tests.Flow;

/// <summary>How the device reads frames: header after header, as the items say, comparing what the masks hold.</summary>
internal static class NicParser
{
    private const int Gre = 47, Tcp = 6, Udp = 17;

    internal static bool Matches(FlowRule rule, byte[] frame, ushort device)
    {
        int at = 0, type = -1, protocol = -1;
        for (int i = 0; i < rule.ItemCount; i++)
        {
            FlowItem item = rule.Items[i];
            bool fits = item.Type switch
            {
                FlowItemType.RepresentedPort => BitConverter.ToUInt16([Spec(item, 0), Spec(item, 1)]) == device,
                FlowItemType.Ethernet => Compare(item, frame, at, 14),
                FlowItemType.Vlan => type == 0x8100 && Compare(item, frame, at, 4),
                FlowItemType.IPv4 => type == 0x0800 && Compare(item, frame, at, 20) && frame[at] >> 4 == 4,
                FlowItemType.IPv6 => type == 0x86DD && Compare(item, frame, at, 40) && frame[at] >> 4 == 6,
                FlowItemType.Nvgre => protocol == Gre && Compare(item, frame, at, 8),
                FlowItemType.Tcp => protocol == Tcp && Compare(item, frame, at, 20),
                FlowItemType.Udp => protocol == Udp && Compare(item, frame, at, 8),
                _ => false,
            };
            if (!fits)
            {
                return false;
            }

            switch (item.Type)
            {
                case FlowItemType.Ethernet:
                    (type, at) = (Big(frame, at + 12), at + 14);
                    break;
                case FlowItemType.Vlan:
                    (type, at) = (Big(frame, at + 2), at + 4);
                    break;
                case FlowItemType.IPv4:
                    // Behind a fragment's header stands no header.
                    (protocol, at) = ((Big(frame, at + 6) & 0x1FFF) == 0 ? frame[at + 9] : -1, at + ((frame[at] & 15) * 4));
                    break;
                case FlowItemType.IPv6:
                    (protocol, at) = (frame[at + 6], at + 40);
                    break;
                case FlowItemType.Nvgre:
                    at += 8;
                    break;
                default:
                    break;
            }
        }

        return true;
    }

    internal static NicOutcome Perform(FlowRule rule, byte[] frame)
    {
        int queue = -1, port = -1;
        byte[] now = frame;
        for (int i = 0; i < rule.ActionCount; i++)
        {
            FlowAction action = rule.Actions[i];
            switch (action.Type)
            {
                case FlowActionType.Queue:
                    queue = (int)action.Value;
                    break;
                case FlowActionType.Rss:
                    queue = rule.Queues[(int)(Hash(now, rule.RssLevel == 1) % rule.QueueCount)];
                    break;
                case FlowActionType.RepresentedPort or FlowActionType.PortId:
                    port = (int)action.Value;
                    break;
                case FlowActionType.PopVlan:
                    now = [.. now[..12], .. now[16..]];
                    break;
                case FlowActionType.PushVlan:
                    now = [.. now[..12], (byte)(action.Value >> 8), (byte)action.Value, 0, 0, .. now[12..]];
                    break;
                case FlowActionType.SetVlanVid:
                    (now[14], now[15]) = ((byte)((now[14] & 0xF0u) | (action.Value >> 8)), (byte)action.Value);
                    break;
                case FlowActionType.SetVlanPcp:
                    now[14] = (byte)((now[14] & 0x1Fu) | (action.Value << 5));
                    break;
                case FlowActionType.NvgreDecap:
                    now = now[(Tunnel(now) + 8)..];
                    break;
                case FlowActionType.RawDecap:
                    now = now[(int)rule.HeaderLength..];
                    break;
                case FlowActionType.NvgreEncap:
                    now = Finish([.. Definition(rule), .. now]);
                    break;
                case FlowActionType.RawEncap:
                    now = Finish([.. Header(rule), .. now]);
                    break;
                default:
                    break;
            }
        }

        return new NicOutcome(true, queue, port, now);
    }

    private static unsafe byte Spec(in FlowItem item, int i) => item.Spec[i];

    private static unsafe bool Compare(in FlowItem item, byte[] frame, int at, int length)
    {
        if (at + length > frame.Length)
        {
            return false;
        }

        for (int i = 0; i < Math.Min(item.Size, length); i++)
        {
            if (((frame[at + i] ^ item.Spec[i]) & item.Mask[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static unsafe byte[] Definition(FlowRule rule)
    {
        var header = new List<byte>();
        for (int i = 0; i < rule.TunnelItemCount; i++)
        {
            FlowItem item = rule.TunnelItems[i];
            int length = item.Type switch { FlowItemType.Ethernet => 14, FlowItemType.Vlan => 4, FlowItemType.IPv4 => 20, FlowItemType.IPv6 => 40, _ => 8 };
            for (int k = 0; k < length; k++)
            {
                header.Add((byte)(item.Spec[k] & item.Mask[k]));
            }
        }

        return [.. header];
    }

    private static unsafe byte[] Header(FlowRule rule) => new ReadOnlySpan<byte>(rule.Header, (int)rule.HeaderLength).ToArray();

    // The device makes the result a valid packet: lengths and the header sum.
    private static byte[] Finish(byte[] frame)
    {
        int at = Big(frame, 12) == 0x8100 ? 18 : 14;
        if (frame[at] >> 4 == 6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at + 4), (ushort)(frame.Length - at - 40));
            return frame;
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at + 2), (ushort)(frame.Length - at));
        frame.AsSpan(at + 10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at + 10), FlowFrames.Sum(frame.AsSpan(at, 20)));
        return frame;
    }

    // Where GRE begins.
    private static int Tunnel(byte[] frame)
    {
        int at = Big(frame, 12) == 0x8100 ? 18 : 14;
        return frame[at] >> 4 == 6 ? at + 40 : at + ((frame[at] & 15) * 4);
    }

    // Addresses and ports of the inner packet, or the outer addresses; FNV-1a stands for Toeplitz.
    private static uint Hash(byte[] frame, bool outer)
    {
        int at = Big(frame, 12) == 0x8100 ? 18 : 14;
        int inner = Tunnel(frame) + 8 + 14;
        at = outer ? at : inner;
        bool ipv6 = frame[at] >> 4 == 6;
        int l4 = at + (ipv6 ? 40 : (frame[at] & 15) * 4), protocol = frame[at + (ipv6 ? 6 : 9)];
        byte[] key = ipv6 ? frame[(at + 8)..(at + 40)] : frame[(at + 12)..(at + 20)];
        if (protocol is Tcp or Udp)
        {
            key = [.. key, .. frame[l4..(l4 + 4)]];
        }

        uint hash = 2166136261;
        foreach (byte b in key)
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return unchecked((hash ^ (hash >> 15)) * 2246822519u) >> 3;
    }

    private static int Big(byte[] bytes, int at) => (bytes[at] << 8) | bytes[at + 1];
}
