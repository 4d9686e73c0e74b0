namespace NvgreGateway.Control.Tables;

/// <summary>A configuration that cannot be put into the tables of the running gateway: nothing was changed.</summary>
public sealed class TablesException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What does not fit, the number, and what is allowed.</param>
    public TablesException(string message)
        : base(message)
    {
    }
}
