using System.Net;

namespace NvgreGateway.Packets;

/// <summary>A record of an IGMPv3 or MLDv2 report.</summary>
/// <param name="Type">What it says.</param>
/// <param name="Group">The group.</param>
/// <param name="Sources">The sources that it speaks of, of the group's family.</param>
public readonly record struct GroupRecord(GroupRecordType Type, IPAddress Group, IReadOnlyList<IPAddress> Sources)
{
    /// <summary>Bytes of it on the wire, without auxiliary data.</summary>
    public int Size
    {
        get
        {
            int address = Group.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 4 : 16;
            return 4 + (address * (1 + Sources.Count));
        }
    }
}
