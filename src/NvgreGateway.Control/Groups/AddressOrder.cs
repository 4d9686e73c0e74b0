using System.Net;

namespace NvgreGateway.Control.Groups;

/// <summary>Addresses of one family in the order of their bytes, so that reports come out the same in every run.</summary>
internal sealed class AddressOrder : IComparer<IPAddress>
{
    public static AddressOrder Instance { get; } = new();

    public int Compare(IPAddress? x, IPAddress? y) =>
        x is null || y is null ? (x is null ? (y is null ? 0 : -1) : 1) : x.GetAddressBytes().AsSpan().SequenceCompareTo(y.GetAddressBytes());
}
