using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>An address with the length of the on-link prefix around it, as in <c>192.0.2.1/24</c>.</summary>
/// <param name="Address">The address of the interface, host bits included.</param>
/// <param name="PrefixLength">Bits of the prefix, 0 to 32 or 128.</param>
public sealed record InterfaceAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>The on-link prefix, host bits zero.</summary>
    public IPNetwork Network => new(AddressMath.Mask(Address, PrefixLength), PrefixLength);

    /// <summary>The directed broadcast address of an IPv4 prefix shorter than /31; null for the others and for IPv6.</summary>
    public IPAddress? Broadcast => AddressMath.Broadcast(Address, PrefixLength);

    /// <summary>Whether an address is inside the on-link prefix.</summary>
    /// <param name="address">An address of either family.</param>
    /// <returns>True when it is on-link.</returns>
    public bool IsOnLink(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AddressFamily == Address.AddressFamily && AddressMath.Mask(address, PrefixLength).Equals(AddressMath.Mask(Address, PrefixLength));
    }

    /// <summary>Writes <c>192.0.2.1/24</c>.</summary>
    /// <returns>The text form that the loader reads.</returns>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
